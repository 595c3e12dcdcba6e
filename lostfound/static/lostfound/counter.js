// Taking things in by keys, and on a phone with its camera. The form works without it.
"use strict";

document.querySelectorAll("form[data-counter]").forEach((form) => {
  // Enter alone means something of its own in a text of several lines, a list, and a file field.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // With `capture` a phone opens its camera and offers no file, without it some offer no camera.
  form.querySelectorAll("[data-cameras]").forEach((group) => {
    const input = document.getElementById(group.dataset.cameras);
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("[data-capture]");
      if (!button) {
        return;
      }
      const { capture } = button.dataset;
      if (capture) {
        input.setAttribute("capture", capture);
      } else {
        input.removeAttribute("capture");
      }
      input.click();
    });
  });
});
