// Keyboard shortcuts and camera buttons of the intake form. The form works without them.
"use strict";

document.querySelectorAll("form[data-counter]").forEach((form) => {
  // Not Enter alone, which has its own meaning in textareas, lists and file inputs.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // With `capture`, phones only offer the camera; without it, some only offer files.
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
