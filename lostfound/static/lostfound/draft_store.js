// Stores drafts in this browser: texts in localStorage, whose synchronous writes survive a closing
// page, and photographs in IndexedDB. Keys start with the person's key, so that nobody sees
// somebody else's drafts.
"use strict";

// biome-ignore lint/correctness/noUnusedVariables: later scripts use it
const draftStore = (() => {
  const PREFIX = "draft:";
  const STORE = "photos";
  const KEPT_DAYS = 14;
  const held = new Map();

  function words(key) {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + key));
    } catch {
      return null; // no store in this browser, or not ours
    }
  }

  function writeWords(key, draft) {
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(draft));
    } catch {
      // The storage is full, or the browser is in private mode: the form still works.
    }
  }

  // All keys with this prefix, the newest draft first.
  function keys(start = "") {
    try {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(PREFIX + start))
        .map((name) => name.slice(PREFIX.length))
        .sort((one, other) => (words(other)?.at ?? 0) - (words(one)?.at ?? 0));
    } catch {
      return [];
    }
  }

  function open() {
    return new Promise((done, failed) => {
      const request = indexedDB.open("lostfound", 2);
      request.onupgradeneeded = () => {
        const database = request.result;
        [...database.objectStoreNames].forEach((name) => database.deleteObjectStore(name));
        database.createObjectStore(STORE);
      };
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
  }

  async function using(mode, work) {
    const database = await open();
    try {
      const transaction = database.transaction(STORE, mode);
      const result = work(transaction.objectStore(STORE));
      if (mode === "readwrite") {
        transaction.commit?.(); // also where the page goes in the next moment
      }
      await new Promise((done, failed) => {
        transaction.oncomplete = done;
        transaction.onerror = transaction.onabort = () => failed(transaction.error);
      });
      return result.result;
    } finally {
      database.close();
    }
  }

  async function photos(key) {
    try {
      return (await using("readonly", (store) => store.get(key))) ?? [];
    } catch {
      return [];
    }
  }

  async function writePhotos(key, listed) {
    const put = (rows) =>
      using("readwrite", (store) => (rows.length ? store.put(rows, key) : store.delete(key)));
    try {
      await put(listed);
    } catch {
      // No room for photographs: rely on what the server has staged.
      await put(listed.filter((photo) => !photo.file).map(({ copy, ...rest }) => rest)).catch(
        () => {},
      );
    }
  }

  async function forget(key) {
    try {
      localStorage.removeItem(PREFIX + key);
      await using("readwrite", (store) => store.delete(key));
    } catch {
      // Without a store, there is nothing to delete.
    }
  }

  async function prune() {
    const oldest = Date.now() - KEPT_DAYS * 86_400_000;
    // Runs before anything else reads drafts.
    const old = keys()
      .filter((key) => !((words(key)?.at ?? 0) > oldest))
      .map(forget);
    const stored = await using("readonly", (store) => store.getAllKeys()).catch(() => []);
    const alone = stored.filter((key) => !words(key)).map(forget);
    await Promise.all([...old, ...alone]);
  }

  // Locks the draft for this tab until its page closes; resolves to whether that succeeded.
  function hold(key, patienceMs = 0) {
    if (!navigator.locks) {
      return Promise.resolve(true);
    }
    const patience = new AbortController();
    const how = patienceMs ? { signal: patience.signal } : { ifAvailable: true };
    setTimeout(() => patience.abort(), patienceMs);
    return new Promise((resolve) => {
      navigator.locks
        .request(PREFIX + key, how, (lock) => {
          resolve(Boolean(lock));
          return lock && new Promise((release) => held.set(key, release));
        })
        .catch(() => resolve(false));
    });
  }

  function release() {
    held.forEach((letGo) => letGo());
    held.clear();
  }

  // What this tab remembers across pages.
  const tab = {
    get(name) {
      try {
        return sessionStorage.getItem(PREFIX + name);
      } catch {
        return null;
      }
    },
    set(name, value) {
      try {
        sessionStorage.setItem(PREFIX + name, value);
      } catch {
        // The newest draft is used instead.
      }
    },
    take(name) {
      const value = this.get(name);
      if (value !== null) {
        sessionStorage.removeItem(PREFIX + name);
      }
      return value;
    },
  };

  return { words, writeWords, keys, photos, writePhotos, forget, prune, hold, release, tab };
})();
