"""A small server that speaks Stripe's API over HTTP, for what localstripe lacks: cards that are declined or want their
holder, pages where guests enter a card, keys that are honoured, and the provider's own list of what moved.

It keeps its books like the real one: charges, refunds, disputes and fees become balance transactions.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SECRET = "whsec_of_the_fake"
GOOD, DECLINED, NO_FUNDS, ASKS_THE_HOLDER = (
    "4242424242424242",
    "4000000000000002",
    "4000000000009995",
    "4000002760003184",
)
REFUSALS = {DECLINED: "generic_decline", NO_FUNDS: "insufficient_funds"}
Json = dict[str, Any]


class Refused(Exception):
    def __init__(self, status: int, **error: Any) -> None:
        super().__init__(str(error))
        self.status, self.error = status, error


class CardProvider:
    """The state of the server, and what a test does at the provider's own pages."""

    def __init__(self) -> None:
        self.port = 0
        self.now: Callable[[], float] = time.time
        self.made: dict[str, Json] = {}
        self.moved: list[Json] = []
        self.answers: dict[str, tuple[str, int, Json]] = {}
        self.calls: list[tuple[str, str, Json]] = []
        self.lose = 0
        """So many answers get lost: the work is done, nobody hears of it."""
        self._lock = threading.Lock()
        self._last = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def new(self, prefix: str, **values: Any) -> Json:
        self._last += 1
        made = {"id": f"{prefix}_{self._last:04d}", "object": prefix, "created": int(self.now())} | values
        self.made[made["id"]] = made
        return made

    # --- what people do at the provider --------------------------------------------------------------------------

    def save_card(self, customer: str, number: str = GOOD) -> str:
        card = {"brand": "visa", "last4": number[-4:], "exp_year": 2031, "exp_month": 4}
        return str(self.new("pm", type="card", customer=customer, card=card, number=number)["id"])

    def enter_card(self, page: str, number: str = GOOD) -> str:
        """On the page whose address is `page`; where it sends the person back to."""
        session = self.made[page.rsplit("/", 1)[-1]]
        self.save_card(session["customer"], number)
        session["status"] = "complete"
        return str(session["success_url"])

    def leave(self, page: str) -> str:
        """The arrow back on the page whose address is `page`: no card; where it sends the person to."""
        return str(self.made[page.rsplit("/", 1)[-1]]["cancel_url"])

    def dispute(self, intent: str, amount: int) -> Json:
        dispute = self.new("dp", payment_intent=intent, amount=amount, status="needs_response", object="dispute")
        self._move("adjustment", -amount, 1500, dispute)
        return dispute

    def refund_at_the_desk(self, intent: str, amount: int) -> Json:
        """Somebody refunds in the provider's own pages."""
        return self._refund({"payment_intent": intent, "amount": amount})

    def fail_refund(self, name: str) -> Json:
        """The bank doesn't take it: what left comes back."""
        refund = self.made[name]
        refund["status"] = "failed"
        charge = next(one for one in self._of("ch") if one["payment_intent"] == refund["payment_intent"])
        charge["amount_refunded"] -= refund["amount"]
        self._move("refund_failure", refund["amount"], 0, refund)
        return refund

    def told(self, kind: str, subject: Json, event: str, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
        """A report as the provider posts it: (body, headers)."""
        now = int(time.time())
        body = json.dumps({"id": event, "type": kind, "created": now, "data": {"object": subject}}).encode()
        sign = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        return body, {"stripe-signature": f"t={now},v1={sign}", "content-type": "application/json"}

    # --- its API -------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, given: Json, key: str) -> tuple[int, Json, bool]:
        """(status, body, whether the answer arrives)."""
        with self._lock:
            self.calls.append((method, path, given))
            print_ = json.dumps([method, path, given], sort_keys=True)
            if key and key in self.answers:
                known, status, body = self.answers[key]
                if known != print_:
                    wrong = {"type": "idempotency_error", "message": "This key was used with other parameters."}
                    return 400, {"error": wrong}, True
                return status, body, True
            try:
                status, body = 200, self._do(method, path.strip("/").split("/")[1:], given)
            except Refused as refused:
                status, body = refused.status, {"error": refused.error}
            if key:
                self.answers[key] = (print_, status, json.loads(json.dumps(body)))
            if self.lose:
                self.lose -= 1
                return status, body, False
            return status, body, True

    def _do(self, method: str, path: list[str], given: Json) -> Json:
        match [method, *path]:
            case ["POST", "customers"]:
                return self.new("cus", email=given.get("email"))
            case ["POST", "checkout", "sessions"]:
                session = self.new("cs", customer=given["customer"], success_url=given["success_url"], status="open")
                session["cancel_url"] = given["cancel_url"]
                return session | {"url": f"{self.url}/pay/{session['id']}"}
            case ["GET", "payment_methods"]:
                cards = [one for one in self._of("pm") if one["customer"] == given["customer"]]
                return self._list(cards[::-1])
            case ["POST", "payment_methods", name, "detach"]:
                self._the(name)["customer"] = None
                return self._the(name)
            case ["POST", "payment_intents"]:
                return self._pay(given)
            case ["GET", "payment_intents", name]:
                return self._the(name)
            case ["POST", "payment_intents", name, "capture"]:
                return self._capture(self._the(name), int(given["amount_to_capture"]))
            case ["POST", "payment_intents", name, "cancel"]:
                return self._cancel(self._the(name))
            case ["POST", "refunds"]:
                return self._refund(given)
            case ["GET", "refunds"]:
                found = [one for one in self._of("re") if one["payment_intent"] == given["payment_intent"]]
                return self._list(found[::-1])
            case ["GET", "balance_transactions"]:
                return self._balance(given)
        raise Refused(404, type="invalid_request_error", message=f"Unrecognized request URL ({method} {path})")

    def _of(self, prefix: str) -> list[Json]:
        return [one for name, one in self.made.items() if name.startswith(f"{prefix}_")]

    def _the(self, name: str) -> Json:
        if name not in self.made:
            raise Refused(404, type="invalid_request_error", code="resource_missing", message=f"No such: '{name}'")
        return self.made[name]

    @staticmethod
    def _list(items: list[Json], more: bool = False) -> Json:
        return {"object": "list", "data": items, "has_more": more, "url": "/v1"}

    def _pay(self, given: Json) -> Json:
        card = self._the(given["payment_method"])
        number, amount = card["number"], int(given["amount"])
        intent = self.new(
            "pi",
            amount=amount,
            currency=given["currency"],
            customer=given["customer"],
            capture_method=given["capture_method"],
            status="requires_payment_method",
            payment_method=card,
            object="payment_intent",
        )
        if number in REFUSALS:
            code = REFUSALS[number]
            raise Refused(402, type="card_error", code="card_declined", decline_code=code, message="Declined.")
        if number == ASKS_THE_HOLDER and given.get("off_session") == "true":
            message = "Your card was declined. This transaction requires authentication."
            raise Refused(402, type="card_error", code="authentication_required", message=message)
        if given["capture_method"] == "manual":
            intent["status"] = "requires_capture"
            return intent
        return self._charge(intent, amount)

    def _charge(self, intent: Json, amount: int) -> Json:
        charge = self.new("ch", amount=amount, payment_intent=intent["id"], amount_refunded=0, object="charge")
        intent |= {"status": "succeeded", "latest_charge": charge["id"], "amount_received": amount}
        self.made[intent["id"]] = intent
        self._move("charge", amount, round(amount * 0.015) + 25, charge)
        return intent

    def _capture(self, intent: Json, amount: int) -> Json:
        if intent["status"] != "requires_capture" or amount > intent["amount"]:
            raise Refused(400, type="invalid_request_error", code="payment_intent_unexpected_state", message="No.")
        return self._charge(intent, amount)

    def _cancel(self, intent: Json) -> Json:
        if intent["status"] in ("succeeded", "canceled"):
            raise Refused(400, type="invalid_request_error", code="payment_intent_unexpected_state", message="No.")
        intent["status"] = "canceled"
        return intent

    def _refund(self, given: Json) -> Json:
        charge = next((one for one in self._of("ch") if one["payment_intent"] == given["payment_intent"]), None)
        amount = int(given["amount"])
        if charge is None or charge["amount_refunded"] + amount > charge["amount"]:
            raise Refused(400, type="invalid_request_error", code="charge_already_refunded", message="Too much.")
        charge["amount_refunded"] += amount
        refund = self.new("re", amount=amount, payment_intent=given["payment_intent"], status="succeeded")
        refund["metadata"] = {"wattline": given["metadata[wattline]"]} if "metadata[wattline]" in given else {}
        refund["balance_transaction"] = self._move("refund", -amount, 0, refund)
        return refund

    def _move(self, kind: str, amount: int, fee: int, source: Json) -> str:
        one = self.new("txn", type=kind, amount=amount, fee=fee, net=amount - fee, currency="eur", source=dict(source))
        self.moved.append(one | {"object": "balance_transaction"})
        return str(one["id"])

    def _balance(self, given: Json) -> Json:
        begin, end = int(given.get("created[gte]", 0)), int(given.get("created[lt]", 2**40))
        found = [one for one in reversed(self.moved) if begin <= one["created"] < end]
        if after := given.get("starting_after"):
            place = next(n for n, one in enumerate(found) if one["id"] == after)
            found = found[place + 1 :]
        limit = int(given.get("limit", 10))
        return self._list(found[:limit], len(found) > limit)


def _handler(provider: CardProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _handle(self, method: str) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            given = dict(parse_qsl(parts.query if method == "GET" else body))
            key = self.headers.get("idempotency-key", "") if method == "POST" else ""
            status, answer, arrives = provider.answer(method, parts.path, given, key)
            if not arrives:
                self.close_connection = True
                return
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self._handle("GET")

        def do_POST(self) -> None:
            self._handle("POST")

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler


class Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, as clients do when a test is over."""


@contextmanager
def card_provider() -> Iterator[CardProvider]:
    provider = CardProvider()
    server = Quiet(("127.0.0.1", 0), _handler(provider))
    server.daemon_threads = True
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
