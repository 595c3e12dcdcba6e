// Signing out deletes the drafts on this device, after a warning.
"use strict";

document.querySelectorAll("form[data-drafts-of]").forEach((form) => {
  const notice = form.querySelector("[data-drafts-left]");
  form.addEventListener("submit", async (event) => {
    const keys = draftStore.keys(`${form.dataset.draftsOf}/`);
    if (!keys.length) {
      return;
    }
    event.preventDefault();
    if (notice.hidden) {
      notice.hidden = false;
      return;
    }
    await Promise.all(keys.map(draftStore.forget));
    form.submit();
  });
});
