// Forgets the drafts of what has been saved, and of long ago.
"use strict";

(() => {
  function arrived(key, version) {
    const draft = draftStore.words(key);
    // What was typed after it was sent is not saved.
    if (draft?.sentAt && (version === undefined || draft.version === version)) {
      draftStore.forget(key);
    }
  }

  // The page of a saved post names its sending; "Your changes are saved" names what was changed.
  document.querySelectorAll("[data-draft-done]").forEach(({ dataset }) => {
    arrived(`${dataset.person}/${dataset.kind}/${dataset.sending.replace(/^form-/, "")}`);
  });
  document.querySelectorAll("[data-arrived]").forEach(({ dataset }) => {
    const [post, version] = dataset.arrived.split(" ");
    const person = document.querySelector("[data-person]")?.dataset.person;
    arrived(`${person}/edit/${post}`, version);
  });
  draftStore.prune();
})();
