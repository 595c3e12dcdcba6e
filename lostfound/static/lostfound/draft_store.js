// Where drafts are kept in this browser: words in localStorage, which is written before a page can
// go, photographs in IndexedDB. A key begins with a mark of the person, so that nobody is shown
// another's.
"use strict";

// biome-ignore lint/correctness/noUnusedVariables: the scripts that come after this one use it
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
      // A browser without room for it, or in private mode: the form works as ever.
    }
  }

  // All keys that begin so, the newest draft first.
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
      // No room for pixels: what the server keeps, or nothing.
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
      // Without a store there is nothing to forget.
    }
  }

  async function prune() {
    const oldest = Date.now() - KEPT_DAYS * 86_400_000;
    // Before anything else asks for them.
    const old = keys()
      .filter((key) => !((words(key)?.at ?? 0) > oldest))
      .map(forget);
    const stored = await using("readonly", (store) => store.getAllKeys()).catch(() => []);
    const alone = stored.filter((key) => !words(key)).map(forget);
    await Promise.all([...old, ...alone]);
  }

  // Whether this tab alone writes the draft, from now until its page goes.
  function hold(key, patienceMs = 0) {
    if (!navigator.locks) {
      return Promise.resolve(true);
    }
    const patience = new AbortController();
    const how = patienceMs ? { signal: patience.signal } : { ifAvailable: true };
    setTimeout(() => patience.abort(), patienceMs);
    return new Promise((told) => {
      navigator.locks
        .request(PREFIX + key, how, (lock) => {
          told(Boolean(lock));
          return lock && new Promise((release) => held.set(key, release));
        })
        .catch(() => told(false));
    });
  }

  function release() {
    held.forEach((letGo) => letGo());
    held.clear();
  }

  // What this tab remembers while it moves from page to page.
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
        // The newest draft is taken instead.
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
