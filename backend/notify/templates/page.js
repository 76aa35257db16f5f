"use strict";
// Asks this browser for push and tells the house its subscription. The ticket behind the # says for whom.

const WORKER = "/push/worker.js", SCOPE = "/push/";
const states = document.getElementById("states");
const language = document.documentElement.lang.slice(0, 2);
const ticket = location.hash.slice(1);
const apple = /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);

function show(name) {
  for (const one of states.children) one.hidden = one.dataset.state !== name;
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, letter => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer || [])));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

class Old extends Error {}

async function ask(what, body) {
  const answer = await fetch(`/push/${what}`, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({ticket, ...body}),
  });
  if (answer.status === 401) throw new Old();
  if (!answer.ok) throw new Error(`${what}: ${answer.status}`);
  return answer.status === 200 ? tell(await answer.json()) : null;
}

function tell(known) {
  const whose = document.getElementById("whose");
  whose.textContent = whose.dataset.words.replace("{name}", known.name);
  document.getElementById("back").href = known.back;
  return known;
}

async function registration() {
  const made = await navigator.serviceWorker.register(WORKER, {scope: SCOPE});
  await navigator.serviceWorker.ready;
  return made;
}

async function look() {
  if (!ticket) return show("old");
  if (!isSecureContext) return show("insecure");
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    return show(apple && !navigator.standalone ? "homescreen" : "unsupported");
  }
  const subscription = await (await registration()).pushManager.getSubscription();
  const known = await ask("state", {endpoint: subscription ? subscription.endpoint : "", language});
  if (Notification.permission === "denied") return show("blocked");
  // Made for another key of the house, it would be refused: turning it on makes a new one.
  const ours = subscription && text(subscription.options.applicationServerKey) === states.dataset.key;
  show(ours && known.on && Notification.permission === "granted" ? "on" : "off");
}

async function turnOn() {
  const said = await Notification.requestPermission();
  if (said !== "granted") return show(said === "denied" ? "blocked" : "off");
  const manager = (await registration()).pushManager;
  const before = await manager.getSubscription();
  if (before && text(before.options.applicationServerKey) !== states.dataset.key) {
    await ask("off", {endpoint: before.endpoint});
    await before.unsubscribe();
  }
  const made = await manager.subscribe({userVisibleOnly: true, applicationServerKey: bytes(states.dataset.key)});
  const {keys} = made.toJSON();
  await ask("on", {endpoint: made.endpoint, p256dh: keys.p256dh, auth: keys.auth, language});
  show("on");
}

async function turnOff() {
  const subscription = await (await registration()).pushManager.getSubscription();
  if (subscription) {
    await ask("off", {endpoint: subscription.endpoint});
    await subscription.unsubscribe();
  }
  document.getElementById("tested").hidden = true;
  show("off");
}

async function test() {
  const subscription = await (await registration()).pushManager.getSubscription();
  await ask("test", {endpoint: subscription ? subscription.endpoint : ""});
  document.getElementById("tested").hidden = false;
}

function doing(work) {
  return async event => {
    const button = event && event.currentTarget;
    if (button) button.disabled = true;
    try {
      await work();
    } catch (problem) {
      console.warn(problem);
      show(problem instanceof Old ? "old" : "failed");
    } finally {
      if (button) button.disabled = false;
    }
  };
}

const begin = doing(look);
for (const [name, work] of Object.entries({"turn-on": turnOn, "turn-off": turnOff, test, again: look})) {
  document.getElementById(name).addEventListener("click", doing(work));
}
for (const one of document.querySelectorAll("footer a[lang]")) one.href += location.hash;
addEventListener("online", begin);
if (navigator.permissions) {
  navigator.permissions.query({name: "notifications"}).then(one => { one.onchange = begin; }, () => {});
}
begin();
