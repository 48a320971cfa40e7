// Without a line the tablet shows what it took along (bedside.js); with a line nothing here is ever used.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(
    fetch(request).catch(async (gone) => {
      const kept = await caches.match(request, { ignoreVary: true });
      if (!kept) throw gone;
      return kept;
    }),
  );
});
