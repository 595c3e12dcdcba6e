// Forgets the drafts of what has been saved, and of long ago.
"use strict";

(() => {
  function arrived(key, base) {
    const draft = draftStore.words(key);
    // What was typed after it was sent is not saved.
    if (draft?.sentAt && (base === undefined || draft.base === base)) {
      draftStore.forget(key);
    }
  }

  // The page of a saved post names its sending; "Your changes are saved" names what was changed.
  document.querySelectorAll("[data-draft-done]").forEach(({ dataset }) => {
    arrived(`${dataset.person}/${dataset.kind}/${dataset.sending.replace(/^form-/, "")}`);
  });
  document.querySelectorAll("[data-arrived]").forEach(({ dataset }) => {
    const [post, base] = dataset.arrived.split(" ");
    const person = document.querySelector("[data-person]")?.dataset.person;
    arrived(`${person}/edit/${post}`, base);
  });
  draftStore.prune();
})();
