// Shows an offline page when there is no network. Nothing personal is cached: pages always come
// from the server.
"use strict";

const CACHE = "lostfound-2";
const KEPT = [/* kept */];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))),
      )
      .then(() => self.clients.claim()),
  );
});

// Responses to forms are not cached, and Back to one asks the browser's cache. If that is empty, the
// browser asks whether to resend, but a worker would only see a network error.
const isOfAForm = (request) => request.method !== "GET" && request.cache === "only-if-cached";

// A form that could not be sent leads back to its page, where the draft has what was typed.
function instead(request) {
  const from = request.method === "GET" ? "" : request.referrer;
  return from.startsWith(self.location.origin)
    ? Response.redirect(from, 303)
    : caches.match(KEPT[0]);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== self.location.origin || isOfAForm(request)) {
    return;
  }
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => instead(request)));
  } else if (request.method === "GET" && KEPT.includes(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(request, { ignoreSearch: true })));
  }
});
