// Keeps form, URL and results in step, and submits a chosen photograph at once together with the
// other search parameters. Without this file, buttons submit both forms.
"use strict";

// Back and Forward must reload from the server: htmx would restore a page whose fields have their
// initial values and whose scripts do not run.
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;
htmx.config.timeout = 20000; // ms

const TOO_MANY = 429;

document.querySelectorAll("[data-search]").forEach((form) => {
  const failed = document.getElementById("search-failed");

  function fields() {
    return [...form.elements].filter((field) => field.name && field.type !== "hidden");
  }

  function agree() {
    const params = new URLSearchParams(location.search);
    fields().forEach((field) => {
      field.value = params.get(field.name) ?? "";
    });
  }

  function mark() {
    fields().forEach((field) => {
      if (document.getElementById(`search-error-${field.name}`)?.childElementCount) {
        field.setAttribute("aria-invalid", "true");
      } else {
        field.removeAttribute("aria-invalid");
      }
    });
  }

  // On a page restored from the back-forward cache, drop words that were never submitted.
  window.addEventListener("pageshow", (event) => event.persisted && agree());
  form.addEventListener("htmx:beforeRequest", () => {
    failed.hidden = true;
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    form.addEventListener(name, (event) => {
      failed.hidden = event.detail.xhr.status === TOO_MANY;
      failed.scrollIntoView({ block: "nearest" });
    });
  }
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === TOO_MANY) {
      event.detail.shouldSwap = true; // the response explains the limit
    }
  });
  form.addEventListener("htmx:afterOnLoad", mark);
});

document.querySelectorAll("[data-send-at-once]").forEach((form) => {
  const beside = document.querySelector(form.dataset.sendAtOnce);
  const label = form.querySelector("label");
  const input = form.querySelector('input[type="file"]');
  form.querySelector("[data-without-script]").hidden = true;
  form.querySelectorAll("[data-with-script]").forEach((part) => {
    part.hidden = false;
  });
  input.addEventListener("change", () => {
    if (!input.files.length) {
      return;
    }
    form
      .querySelectorAll('[type="hidden"]:not([name="csrfmiddlewaretoken"])')
      .forEach((field) => field.remove());
    for (const [name, value] of new FormData(beside)) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    label.setAttribute("aria-busy", "true");
    form.submit();
  });
  window.addEventListener("pageshow", () => {
    label.removeAttribute("aria-busy");
    input.value = "";
  });
});
