// A post that is being written survives a reload, a closed tab and a failed sending: its words and
// photographs are kept in this browser until the server has them.
"use strict";

(() => {
  const STORE = "drafts";
  const KEPT_DAYS = 7;
  const PAUSE_MS = 400;
  const SKIPPED = new Set(["csrfmiddlewaretoken", "photos", "remove_photos", "first_photo"]);

  function open() {
    return new Promise((done, failed) => {
      const request = indexedDB.open("lostfound", 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
  }

  async function using(mode, work) {
    const database = await open();
    try {
      const result = work(database.transaction(STORE, mode).objectStore(STORE));
      return await new Promise((done, failed) => {
        result.onsuccess = () => done(result.result);
        result.onerror = () => failed(result.error);
      });
    } finally {
      database.close();
    }
  }

  const read = (key) => using("readonly", (store) => store.get(key));
  const write = (key, draft) => using("readwrite", (store) => store.put(draft, key));
  const forget = (key) => using("readwrite", (store) => store.delete(key));

  // The page of a saved post: what was sent has arrived.
  document.querySelectorAll("[data-draft-done]").forEach(async (page) => {
    try {
      const key = page.dataset.draftDone;
      const draft = await read(key);
      if (draft?.sentAt) {
        await forget(key);
      }
    } catch {
      // Without a store there is nothing to forget.
    }
  });

  document.querySelectorAll("[data-draft]").forEach(async (form) => {
    const key = form.dataset.draft;
    const notice = form.querySelector("[data-draft-notice]");
    const photos = form.querySelector("[data-photos]");
    let files = [];
    let timer = 0;
    let isSending = false;

    function values() {
      const kept = {};
      for (const [name, value] of new FormData(form)) {
        if (!SKIPPED.has(name) && typeof value === "string") {
          kept[name] = value;
        }
      }
      return kept;
    }

    async function keep(sentAt = 0) {
      const draft = { values: values(), files, sentAt, at: Date.now() };
      try {
        await write(key, draft);
      } catch {
        // A browser without room for it, or in private mode: the words alone, or nothing.
        await write(key, { ...draft, files: [] }).catch(() => {});
      }
    }

    function later() {
      clearTimeout(timer);
      timer = setTimeout(() => isSending || keep(), PAUSE_MS);
    }

    function restore(draft) {
      for (const [name, value] of Object.entries(draft.values)) {
        const control = form.elements[name];
        if (!control) {
          continue;
        }
        control.value = value; // a field, or the radio buttons of that name
        const changed =
          control instanceof RadioNodeList ? [...control].find((one) => one.checked) : control;
        changed?.dispatchEvent(new Event("change", { bubbles: true }));
        changed?.dispatchEvent(new Event("input", { bubbles: true }));
      }
      if (draft.files.length) {
        photos?.dispatchEvent(new CustomEvent("restore", { detail: draft.files }));
        files = draft.files;
      }
    }

    photos?.addEventListener("photos", (event) => {
      files = event.detail;
      later();
    });
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", () => {
      isSending = true;
      clearTimeout(timer);
      keep(Date.now());
    });
    window.addEventListener("pageshow", () => {
      isSending = false;
    });
    notice?.querySelector("button").addEventListener("click", async () => {
      clearTimeout(timer);
      await forget(key).catch(() => {});
      isSending = true; // nothing is to be written again while the page goes
      location.replace(location.pathname);
    });

    try {
      const draft = await read(key);
      const isFresh = draft && Date.now() - draft.at < KEPT_DAYS * 86_400_000;
      // A form that came back with an error holds what was typed already.
      if (isFresh && !form.hasAttribute("data-bound")) {
        restore(draft);
        const typed = ["title", "description", "place_note"].some((name) => draft.values[name]);
        if (notice && (typed || draft.files.length)) {
          notice.hidden = false;
        }
      }
    } catch {
      // No store in this browser: the form is as it was sent.
    }
    form.setAttribute("data-draft-ready", "");
  });
})();
