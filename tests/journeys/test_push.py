"""Push from the button in the app to the incident that a click opens, on a German phone.

The browser's own push service can't be reached here, so it is faked where the browser ends: a subscription is that of a
push service on this machine, and what it got is handed to the browser, as a push service would. Notifications have no
window to press either: the click is the browser's event, and the address that it opens is opened by hand.
"""

import json
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, Page

from shared.accounts import Role
from tests.journeys.conftest import OpenApp
from tests.journeys.test_reaching import station
from tests.support.browser import PATIENCE_MS, PHONE, Screen
from tests.support.browsers import PushService, Subscription, push_service_beside
from tests.support.demo import Demo

SUBSCRIBES = """(fields) => {
    const kept = () => localStorage.getItem('subscribed') === 'yes';
    const bytes = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0));
    const made = key => ({
        endpoint: fields.endpoint,
        options: {applicationServerKey: key.buffer, userVisibleOnly: true},
        toJSON: () => ({endpoint: fields.endpoint, keys: {p256dh: fields.p256dh, auth: fields.auth}}),
        unsubscribe: async () => { localStorage.removeItem('subscribed'); return true; },
    });
    PushManager.prototype.subscribe = async function (options) {
        if (Notification.permission !== 'granted') throw new DOMException('not allowed', 'NotAllowedError');
        localStorage.setItem('subscribed', 'yes');
        localStorage.setItem('key', JSON.stringify([...options.applicationServerKey]));
        return made(options.applicationServerKey);
    };
    PushManager.prototype.getSubscription = async function () {
        return kept() ? made(Uint8Array.from(JSON.parse(localStorage.getItem('key')))) : null;
    };
}"""
SHOWN = """async () => {
    const worker = await navigator.serviceWorker.getRegistration('/push/');
    return (await worker.getNotifications()).map(one => ({title: one.title, body: one.body, tag: one.tag}));
}"""
CLICKED = """async tag => {
    const [one] = await self.registration.getNotifications({tag});
    const opened = new Promise(done => { self.clients.openWindow = async address => { done(address); return null; }; });
    self.dispatchEvent(new NotificationEvent('notificationclick', {notification: one}));
    return await opened;
}"""


class Phone:
    """A browser's push service: what it got for this browser, it hands to the browser's worker."""

    def __init__(self, tab: Screen, service: PushService, mine: Subscription, origin: str) -> None:
        self.tab, self.service, self.mine, self.origin = tab, service, mine, origin
        self.handed = 0
        self.registrations: list[dict[str, Any]] = []
        self.debugger = tab.page.context.new_cdp_session(tab.page)
        self.debugger.on("ServiceWorker.workerRegistrationUpdated", self._heard)
        self.debugger.send("ServiceWorker.enable")

    def _heard(self, event: dict[str, Any]) -> None:
        self.registrations += event["registrations"]

    def next(self) -> dict[str, Any]:
        """Waits for a message, and has the browser show it."""
        self.tab.wait_until(lambda: len(self.service.messages(self.mine)) > self.handed, "push")
        told = self.service.messages(self.mine)[self.handed]
        self.handed += 1
        self.tab.wait_until(lambda: self.registrations, "service worker")
        self.debugger.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self.origin,
                "registrationId": self.registrations[-1]["registrationId"],
                "data": json.dumps(told),
            },
        )
        self.tab.wait_until(lambda: told["tag"] in [one["tag"] for one in self.shown()], "notification")
        return told

    def shown(self) -> list[dict[str, Any]]:
        return list(self.tab.page.evaluate(SHOWN))

    def click(self, tag: str) -> str:
        """The address that it opens."""
        [worker] = self.tab.page.context.service_workers
        return str(worker.evaluate(CLICKED, tag))


def state(page: Page, name: str) -> None:
    page.locator(f'[data-state="{name}"]').wait_for(state="visible", timeout=PATIENCE_MS)


def test_a_fault_reaches_the_phone_and_a_click_opens_its_incident(
    open_app: OpenApp, demo: Demo, chromium: Browser
) -> None:
    with push_service_beside() as service:
        mine = service.subscription(uuid4().hex)
        tab = open_app(Role.OPERATOR, size=PHONE, route="/notifications", locale="de-DE")
        page = tab.page
        page.add_init_script(f"({SUBSCRIBES})({json.dumps(mine.fields)})")
        tab.click("push-here")
        page.wait_for_url(f"{demo.url}/push/device**", timeout=PATIENCE_MS)
        state(page, "off")
        page.context.grant_permissions(["notifications"], origin=demo.url)
        state(page, "off")
        page.get_by_role("button", name="Einschalten").click()
        state(page, "on")

        phone = Phone(tab, service, mine, demo.url)
        page.get_by_role("button", name="Test senden").click()
        assert phone.next()["title"] == "Es funktioniert"
        assert [one["title"] for one in phone.shown()] == ["Es funktioniert"]

        identity = f"QUAY-{uuid4().hex[:6]}"
        with station(demo, identity) as wire:
            said = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
            wire.call("StatusNotification", said)
            fault = {"errorCode": "OtherError", "vendorErrorCode": "CX008", "status": "Faulted"}
            wire.call("StatusNotification", said | fault)
            told = phone.next()
            while identity not in told["body"] and "Quay 9" not in told["body"]:  # the demo has troubles of its own
                told = phone.next()
            assert told["title"] == "Not-Aus gedrückt"
            assert "Vor Ort klären" in told["body"]
            [shown] = [one for one in phone.shown() if one["tag"] == told["tag"]]
            assert (shown["title"], shown["body"]) == (told["title"], told["body"])
            address = phone.click(told["tag"])
            assert address == demo.url + told["link"]
            tab.open(address)
            tab.wait_for_text("Not-Aus gedrückt")
            tab.wait_for_text("Quay 9")

            tab.open(f"{demo.url}/notifications")
            with demo.client() as operator:
                devices = operator.get("/notifications/own").json()["devices"]
                assert [one["name"] for one in devices] == ["Chrome, Linux"]
                tab.wait(f"device-{devices[0]['id']}")
                tab.click("push-here")
                state(page, "on")
                page.get_by_role("button", name="Ausschalten").click()
                state(page, "off")
                assert operator.get("/notifications/own").json()["devices"] == []
            wire.call("StatusNotification", said)
