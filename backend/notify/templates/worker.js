"use strict";
// Shows what is pushed while the app is closed, and opens the page of the app that it is about.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));

self.addEventListener("push", event => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    // A browser takes the permission from who shows nothing.
  }
  event.waitUntil(shown(told));
});

async function shown(told) {
  const tag = told.tag || "message";
  const before = await self.registration.getNotifications({tag});
  await self.registration.showNotification(told.title || "…", {
    body: told.body || "",
    tag,
    // Delivered twice it is still one message; news of the same incident sounds again.
    renotify: !before.some(one => one.data && one.data.id === told.id),
    requireInteraction: told.severity === "critical",
    timestamp: told.at,
    icon: "/icons/icon-192.png",
    data: {id: told.id, link: told.link},
  });
}

self.addEventListener("notificationclick", event => {
  event.notification.close();
  event.waitUntil(opened((event.notification.data || {}).link || "/"));
});

async function opened(link) {
  let target = new URL(link, self.location.origin);
  if (target.origin !== self.location.origin) target = new URL("/", self.location.origin);
  const windows = await self.clients.matchAll({type: "window", includeUncontrolled: true});
  const there = windows.find(one => one.url === target.href);
  return there ? there.focus() : self.clients.openWindow(target.href);
}

self.addEventListener("pushsubscriptionchange", event => {
  if (event.oldSubscription) event.waitUntil(moved(event.oldSubscription, event.newSubscription));
});

async function moved(old, given) {
  const made = given || await self.registration.pushManager.subscribe(old.options);
  const {keys} = made.toJSON();
  await fetch("/push/move", {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({
      old_endpoint: old.endpoint,
      old_auth: old.toJSON().keys.auth,
      endpoint: made.endpoint,
      p256dh: keys.p256dh,
      auth: keys.auth,
    }),
  });
}
