// A chosen photograph is sent at once; without this file a button sends it.
"use strict";

document.querySelectorAll("[data-send-at-once]").forEach((form) => {
  form.querySelector("[data-without-script]").hidden = true;
  const label = form.querySelector("label");
  form.querySelector('input[type="file"]').addEventListener("change", () => {
    label.setAttribute("aria-busy", "true");
    form.submit();
  });
  window.addEventListener("pageshow", () => label.removeAttribute("aria-busy"));
});
