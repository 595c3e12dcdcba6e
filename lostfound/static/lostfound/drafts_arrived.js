// Deletes drafts that have been saved, and old ones.
"use strict";

(() => {
  function arrived(key, base) {
    const draft = draftStore.words(key);
    // What was typed after submitting has not been saved.
    if (draft?.sentAt && (base === undefined || draft.base === base)) {
      draftStore.forget(key);
    }
  }

  // A saved post's page has its idempotency key; the message about saved changes, its edit version.
  document.querySelectorAll("[data-draft-done]").forEach(({ dataset }) => {
    arrived(`${dataset.person}/${dataset.kind}/${dataset.draftKey.replace(/^form-/, "")}`);
  });
  document.querySelectorAll("[data-arrived]").forEach(({ dataset }) => {
    const [post, base] = dataset.arrived.split(" ");
    const person = document.querySelector("[data-person]")?.dataset.person;
    arrived(`${person}/edit/${post}`, base);
  });
  draftStore.prune();
})();
