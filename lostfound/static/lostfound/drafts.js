// A post that is being written or edited survives a reload, a closed tab and a failed submission.
// Each submission has its own draft, which only one tab at a time writes.
"use strict";

(() => {
  const OWN_TAB_PATIENCE_MS = 500; // until the page that went before has let go of its draft
  const FRESH = "draft-fresh";
  const SKIPPED = new Set([
    ...["csrfmiddlewaretoken", "idempotency_key", "version", "photos", "photo_order"],
    ...["remove_photos", "first_photo", "staged", "drop_staged"],
  ]);

  const { tab } = draftStore;

  function values(form) {
    const kept = {};
    for (const [name, value] of new FormData(form)) {
      if (!SKIPPED.has(name) && typeof value === "string") {
        kept[name] = value.replace(/\r\n/g, "\n");
      }
    }
    // Text in a search box that matches nothing in its list.
    form.querySelectorAll("input[data-standing]").forEach((input) => {
      kept[input.id] = input.value;
    });
    return kept;
  }

  function valuesAsSent(form) {
    const clone = form.cloneNode(true);
    clone.reset();
    return JSON.stringify(values(clone));
  }

  document.querySelectorAll("form[data-draft]").forEach(async (form) => {
    const { draft: about, person, version = "" } = form.dataset;
    const isNew = !about.startsWith("edit/");
    const isBound = form.hasAttribute("data-bound"); // it came back with an error
    const like = new URLSearchParams(location.search).get("like") ?? "";
    const notice = form.querySelector("[data-draft-notice]");
    const field = form.querySelector("[data-photos]");
    const start = `${person}/${about}`;
    const blank = valuesAsSent(form);
    const blankPhotos = shape();
    const copies = new Map(); // the file that a token of the server stands for
    let key = isNew ? `${start}/${form.elements.idempotency_key.value}` : start;
    if (isBound) {
      // Reload by GET and restore the draft; resubmitting would send files from a draft empty.
      history.replaceState(history.state, "", location.href);
    }
    let base = version; // what is sent along: the post as it was when somebody began to change it
    let sentAt = 0;
    let isAnswered = false; // the server has responded with errors
    let at = Date.now();
    let isLive = false; // somebody has written here
    let isRestoring = false;
    let isDropped = false;
    let isReady = false;
    const early = new Set(); // what somebody touched before the draft was there

    function photos() {
      return field?.currentPhotos() ?? [];
    }

    function shape() {
      return JSON.stringify(photos().map((photo) => [photo.saved, photo.isRemoved]));
    }

    function isBlank() {
      return !isBound && JSON.stringify(values(form)) === blank && shape() === blankPhotos;
    }

    function keep() {
      if (!isLive || isDropped) {
        return;
      }
      if (!isBlank()) {
        const state = { like, base, sentAt, isAnswered, at };
        draftStore.writeWords(key, { values: values(form), ...state });
      } else if (draftStore.words(key)) {
        draftStore.forget(key);
      }
    }

    function keepPhotos() {
      const listed = photos().map((photo) =>
        copies.has(photo.token) ? { ...photo, copy: copies.get(photo.token) } : photo,
      );
      return draftStore.writePhotos(key, listed);
    }

    function edited(event) {
      if (isRestoring) {
        return;
      }
      if (!isReady) {
        early.add(event.target.name || event.target.id);
        return;
      }
      isLive = true;
      sentAt = 0;
      isAnswered = false;
      at = Date.now();
      tab.set(about, key);
      keep();
    }

    function restore(draft, listed) {
      isRestoring = true;
      for (const [name, value] of Object.entries(draft.values)) {
        const control = form.elements[name];
        if (!control || early.has(name)) {
          continue;
        }
        control.value = value; // a field, or the radio buttons of that name
        const changed =
          control instanceof RadioNodeList ? [...control].find((one) => one.checked) : control;
        if (changed?.matches("[role=combobox]")) {
          changed.dispatchEvent(new CustomEvent("settle"));
        } else {
          changed?.dispatchEvent(new Event("change", { bubbles: true }));
          changed?.dispatchEvent(new Event("input", { bubbles: true }));
        }
      }
      // The server keeps staged photographs for two hours only; the draft still has the file.
      const again = listed.map((photo) => (photo.copy ? { file: photo.copy } : photo));
      const chosen = early.has("photos") ? photos().filter((photo) => photo.file) : [];
      field?.dispatchEvent(new CustomEvent("restore", { detail: [...again, ...chosen] }));
      isRestoring = false;
      ({ sentAt, isAnswered, at } = draft);
      changedSince(draft.base);
      isLive = true;
    }

    // Restore the edit version that the writer saw, so that only their changes are saved.
    function changedSince(seen) {
      base = seen;
      if (form.elements.version) {
        form.elements.version.value = seen;
      }
    }

    function sayRestored() {
      const isUnsure = sentAt && !isAnswered;
      const what = base !== version ? "changed" : isUnsure ? "unsent" : "kept";
      notice.querySelectorAll("[data-when]").forEach((words) => {
        words.hidden = words.dataset.when !== what;
      });
      notice.hidden = false;
    }

    // This tab's draft, or the newest one that no other tab has locked.
    async function choose() {
      if (tab.take(FRESH)) {
        return null;
      }
      const own = tab.get(about);
      const known = draftStore.keys(`${start}/`);
      const wanted = known.filter((one) => !like || draftStore.words(one)?.like === like);
      for (const one of wanted.sort((a, b) => (b === own) - (a === own))) {
        if (await draftStore.hold(one, one === own ? OWN_TAB_PATIENCE_MS : 0)) {
          return one;
        }
      }
      return null;
    }

    async function beginNew() {
      const taken = await choose();
      if (taken) {
        key = taken;
        form.elements.idempotency_key.value = taken.split("/").at(-1);
        tab.set(about, key);
        restore(draftStore.words(key), await draftStore.photos(key));
        sayRestored();
        return;
      }
      await draftStore.hold(key);
      const offer = form.querySelector("[data-draft-offer]");
      const other = draftStore.keys(`${start}/`)[0];
      if (offer && other && (await draftStore.hold(other))) {
        offer.querySelector("[data-draft-title]").textContent =
          draftStore.words(other).values.title;
        offer.querySelector("a").addEventListener("click", () => tab.set(about, other));
        offer.hidden = false;
      }
    }

    async function beginChange() {
      await draftStore.hold(key, OWN_TAB_PATIENCE_MS);
      const draft = draftStore.words(key);
      if (!draft) {
        return;
      }
      restore(draft, await draftStore.photos(key));
      if (isBlank()) {
        changedSince(version); // it has arrived, or says the same
        keep();
      } else {
        sayRestored();
      }
    }

    // The server returned what was submitted; only the draft has what was typed after that.
    async function goOn() {
      const before = tab.get(about) ?? key; // the server may have changed its key
      const draft = draftStore.words(before);
      const stored = await draftStore.photos(before);
      await draftStore.hold(key, OWN_TAB_PATIENCE_MS);
      if (draft && !draft.sentAt) {
        restore(draft, stored);
        sayRestored();
      } else {
        const files = stored.filter((photo) => photo.file).map((photo) => photo.file);
        const known = new Map(stored.map((photo) => [photo.token, photo.copy]));
        photos().forEach(({ token, upload }) => {
          const copy = known.get(token) ?? files[upload - 1];
          if (token && copy) {
            copies.set(token, copy);
          }
        });
        sentAt = draft?.sentAt ?? at;
        isAnswered = true;
        isLive = true;
      }
      tab.set(about, key);
      keep();
      await keepPhotos();
      if (before !== key) {
        await draftStore.forget(before);
      }
    }

    form.addEventListener("input", edited);
    form.addEventListener("change", edited);
    field?.addEventListener("photos", (event) => {
      edited(event);
      if (isReady) {
        keepPhotos();
      }
    });
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) {
        return;
      }
      isLive = true;
      sentAt = Date.now();
      isAnswered = false;
      tab.set(about, key);
      keep();
    });
    document.addEventListener("visibilitychange", () => document.hidden && keep());
    window.addEventListener("pagehide", () => {
      keep();
      draftStore.release();
    });
    window.addEventListener("pageshow", async (event) => {
      if (event.persisted) {
        isLive = Boolean(draftStore.words(key)); // it may have arrived
        if (!(await draftStore.hold(key, OWN_TAB_PATIENCE_MS))) {
          location.reload();
        }
      }
    });
    notice.querySelector("[data-draft-drop]").addEventListener("click", async () => {
      isDropped = true; // nothing is to be written again while the page goes
      await draftStore.forget(key);
      if (isNew) {
        tab.set(FRESH, "1");
      }
      location.replace(location.pathname + location.search);
    });
    form.querySelector("[data-draft-cancel]")?.addEventListener("click", () => {
      isDropped = true;
      draftStore.forget(key);
    });
    await (isBound ? goOn() : isNew ? beginNew() : beginChange()).catch(() => {
      // This browser has no store, so the form stays as the server sent it.
    });
    isReady = true;
    if (early.size) {
      edited();
      keepPhotos();
    }
    form.setAttribute("data-draft-ready", "");
  });
})();
