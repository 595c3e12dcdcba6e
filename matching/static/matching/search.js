// Form, address and things found are always of one search; a chosen photograph is sent at once,
// with what else is asked. Without this file buttons send both.
"use strict";

// Back and Forward ask the server: a page put together from memory has its fields as they were
// first sent, and no script listens to them.
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
    const asked = new URLSearchParams(location.search);
    fields().forEach((field) => {
      field.value = asked.get(field.name) ?? "";
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

  // From the browser's memory of a page that somebody left: words that were never sent go.
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
      event.detail.shouldSwap = true; // it says so itself
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
