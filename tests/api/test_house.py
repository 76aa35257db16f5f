"""What holds for every route: who may, how errors look, how lists page, what must not be done twice."""
# Longer than 400 lines: it lists every route.

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from backend.db import engine
from backend.web.front import Front
from backend.web.openapi import with_problems
from shared.accounts import Role
from tests import world
from tests.api.harness import People, new_key
from tests.conftest import Clock
from tests.support.apps import create_app

ASSETS = Path(__file__).parents[2] / "assets"
PROBLEM = "application/problem+json"
PUBLIC = {
    "GET /api/v1/meta": "what the app must know before sign-in",
    "GET /api/v1/brand": "name and colour of the sign-in page",
    "POST /api/v1/auth/sign-in": "nobody is signed in yet",
    "POST /api/v1/auth/sign-up": "nobody is signed in yet",
    "POST /api/v1/auth/refresh": "the refresh token says who",
    "POST /api/v1/auth/sign-out": "the refresh token says who",
    "GET /api/v1/openapi.json": "a description without anybody's data",
    "GET /api/v1/docs": "the page of that description",
    "GET /api/v1": "the same page",
    "GET /api/v1/firmware/{token:str}/{filename:str}": "for stations; the token says which file",
    "PUT /api/v1/uploads/{token:str}": "for stations; the token says what for",
    "PUT /api/v1/uploads/{token:str}/{filename:str}": "the same",
    "POST /api/v1/uploads/{token:str}": "the same",
    "POST /api/v1/uploads/{token:str}/{filename:str}": "the same",
    "GET /qr/{identity:str}": "for guests: a connector's page",
    "GET /qr/{identity:str}/{label:str}": "the same",
    "POST /qr/{identity:str}/{label:str}": "the same: a signed form",
    "GET /visit/{token:str}": "for guests: the link says whose session",
    "POST /visit/{token:str}/stop": "the same",
    "POST /visit/{token:str}/mail": "the same",
    "GET /visit/{token:str}/paid": "the same",
    "POST /visit/{token:str}/card": "the same",
    "POST /visit/{token:str}/pay": "the same",
    "GET /visit/{token:str}/settled": "the same",
    "GET /visit/{token:str}/target": "the same",
    "POST /visit/{token:str}/target": "the same",
    "GET /visit/{token:str}/report": "the same",
    "POST /visit/{token:str}/report": "the same",
    "GET /qr/{identity:str}/{label:str}/report": "for guests: a problem at a connector",
    "POST /qr/{identity:str}/{label:str}/report": "the same: rarely from one address, and it counts little",
    "GET /visit/{token:str}/receipt.pdf": "the same",
    "GET /visit/{token:str}/corrections/{number:str}": "the same",
    "GET /visit/{token:str}/signed.xml": "the same",
    "POST /api/v1/power/readings": "for meters; the key says of which site",
    "PUT /api/v1/power/grid-limit": "for grid operators; the key says which site",
    "GET /api/v1/power/grid-limit": "the same",
    "DELETE /api/v1/power/grid-limit/{ref:str}": "the same",
    "GET /push/device": "a page; the ticket behind its # says who",
    "GET /push/page.js": "its script",
    "GET /push/worker.js": "its service worker",
    "POST /push/state": "the ticket says who",
    "POST /push/on": "the same",
    "POST /push/off": "the same",
    "POST /push/test": "the same",
    "POST /push/move": "the browser's own keys say which",
    "GET /status": "the public status page",
    "GET /ticket/{token:str}": "a service partner, by the link in the ticket",
    "POST /ticket/{token:str}": "a service partner, by the link in the ticket",
    "POST /api/v1/ticket-answers/{token:str}": "a service partner, by the link in the ticket",
    "GET /status/{slug:str}": "the same",
    "POST /api/v1/payment-reports/{provider:str}/{tenant_id:uuid}": "for payment providers; signed",
    "GET /health/live": "for the orchestrator",
    "GET /health/ready": "for the orchestrator",
    "GET /metrics": "for Prometheus; the proxy keeps it inside",
    "GET /api/static/{file_path:path}": "files of the API's page",
    "HEAD /api/static/{file_path:path}": "files of the API's page",
}
FOR_ALL = {
    "GET /api/v1/connectors/{connector_id:uuid}/price",
    "GET /api/v1/transactions/{transaction_id:uuid}/corrections",
    "PUT /api/v1/transactions/{transaction_id:uuid}/target",
    "DELETE /api/v1/transactions/{transaction_id:uuid}/target",
    "POST /api/v1/connectors/{connector_id:uuid}/driver-reports",
    "GET /api/v1/me/driver-reports",
    "GET /api/v1/notifications",
    "POST /api/v1/notifications/read",
    "GET /api/v1/notifications/own",
    "PUT /api/v1/notifications/own",
    "POST /api/v1/notifications/devices",
    "POST /api/v1/notifications/devices/ticket",
    "DELETE /api/v1/notifications/devices/{device_id:uuid}",
    "PUT /api/v1/notifications/watched/{station_id:uuid}",
    "DELETE /api/v1/notifications/watched/{station_id:uuid}",
    "GET /api/v1/me",
    "POST /api/v1/me/password",
    "GET /api/v1/locations",
    "GET /api/v1/locations/{location_id:uuid}",
    "GET /api/v1/connectors/{connector_id:uuid}",
    "GET /api/v1/chargers",
    "GET /api/v1/transactions",
    "POST /api/v1/transactions",
    "POST /api/v1/transactions/{transaction_id:uuid}/stop",
    "GET /api/v1/transactions/{transaction_id:uuid}",
    "GET /api/v1/transactions/{transaction_id:uuid}/wish",
    "PUT /api/v1/transactions/{transaction_id:uuid}/wish",
    "GET /api/v1/transactions/{transaction_id:uuid}/saving",
    "GET /api/v1/me/saving",
    "GET /api/v1/transactions/{transaction_id:uuid}/receipt",
    "GET /api/v1/transactions/{transaction_id:uuid}/receipt/pdf",
    "POST /api/v1/transactions/{transaction_id:uuid}/receipt/mail",
    "GET /api/v1/transactions/{transaction_id:uuid}/receipt/signed",
    "GET /api/v1/transactions/{transaction_id:uuid}/receipt/signed/xml",
    "GET /api/v1/invoices",
    "GET /api/v1/invoices/{invoice_id:uuid}",
    "GET /api/v1/invoices/{invoice_id:uuid}/pdf",
    "POST /api/v1/invoices/{invoice_id:uuid}/mail",
    "GET /api/v1/wallet",
    "GET /api/v1/wallet/entries",
    "POST /api/v1/wallet/top-up",
    "GET /api/v1/cards",
    "POST /api/v1/cards",
    "POST /api/v1/cards/{card_id:uuid}/prefer",
    "DELETE /api/v1/cards/{card_id:uuid}",
    "GET /api/v1/debts",
    "POST /api/v1/debts/{debt_id:uuid}/settle",
    "POST /api/v1/reservations",
    "GET /api/v1/reservations",
    "GET /api/v1/reservations/price",
    "GET /api/v1/reservations/{reservation_id:uuid}",
    "POST /api/v1/reservations/{reservation_id:uuid}/cancel",
}
"""Any signed-in person; what belongs to somebody else is hidden by the service."""
FOR_ADMINS = {
    "POST /api/v1/service-partners",
    "PUT /api/v1/service-partners/{partner_id:uuid}",
    "DELETE /api/v1/service-partners/{partner_id:uuid}",
    "POST /api/v1/playbooks",
    "PUT /api/v1/playbooks/{playbook_id:uuid}",
    "DELETE /api/v1/playbooks/{playbook_id:uuid}",
    "GET /api/v1/locations/{location_id:uuid}/power/keys",
    "POST /api/v1/locations/{location_id:uuid}/power/keys",
    "DELETE /api/v1/locations/{location_id:uuid}/power/keys/{key_id:uuid}",
    "POST /api/v1/notifications/webhooks",
    "PUT /api/v1/notifications/webhooks/{hook_id:uuid}",
    "DELETE /api/v1/notifications/webhooks/{hook_id:uuid}",
    "POST /api/v1/notifications/webhooks/{hook_id:uuid}/test",
    "POST /api/v1/notifications/rotas",
    "PUT /api/v1/notifications/rotas/{rota_id:uuid}",
    "DELETE /api/v1/notifications/rotas/{rota_id:uuid}",
    "POST /api/v1/notifications/routes",
    "PUT /api/v1/notifications/routes/{route_id:uuid}",
    "DELETE /api/v1/notifications/routes/{route_id:uuid}",
    "GET /api/v1/payment-settings",
    "PUT /api/v1/payment-settings",
    "PUT /api/v1/brand",
    "PUT /api/v1/issuer",
    "GET /api/v1/people",
    "POST /api/v1/people",
    "PATCH /api/v1/people/{account_id:uuid}",
    "POST /api/v1/people/{account_id:uuid}/password",
}
ONCE = {
    "POST /api/v1/transactions/{transaction_id:uuid}/corrections",
    "POST /api/v1/transactions/{transaction_id:uuid}/decision",
    "POST /api/v1/remedies/{run_id:uuid}/approve",
    "POST /api/v1/wallet/top-up",
    "POST /api/v1/debts/{debt_id:uuid}/settle",
    "POST /api/v1/payments/{payment_id:uuid}/refunds",
    "POST /api/v1/people/{account_id:uuid}/credit",
    "POST /api/v1/transactions/{transaction_id:uuid}/receipt/mail",
    "POST /api/v1/invoices/{invoice_id:uuid}/mail",
    "POST /api/v1/campaigns",
    "POST /api/v1/campaigns/{campaign_id:uuid}/resume",
    "POST /api/v1/stations/{identity:str}/certificates/renew",
    "POST /api/v1/limited-starts",
    "POST /api/v1/stations/{identity:str}/charging-profiles",
    "POST /api/v1/stations/{identity:str}/charging-profiles/clear",
    "POST /api/v1/stations/{identity:str}/monitors",
    "POST /api/v1/stations/{identity:str}/drift/apply",
    "POST /api/v1/stations/{identity:str}/customer-information",
    "POST /api/v1/transactions",
    "POST /api/v1/transactions/{transaction_id:uuid}/stop",
    "POST /api/v1/reservations",
    "POST /api/v1/reservations/{reservation_id:uuid}/cancel",
    "POST /api/v1/stations/{identity:str}/clear-cache",
    "POST /api/v1/stations/{identity:str}/reset",
    "POST /api/v1/stations/{identity:str}/firmware",
    "POST /api/v1/stations/{identity:str}/firmware/publish",
    "POST /api/v1/stations/{identity:str}/logs",
    "POST /api/v1/stations/{identity:str}/unlock",
    "POST /api/v1/stations/{identity:str}/availability",
    "POST /api/v1/stations/{identity:str}/network-profiles/{slot:int}/activate",
    "POST /api/v1/stations/{identity:str}/vendor-data",
}
"""They cost money or move a station."""
SHORT = {
    "/api/v1/cards": "one person's saved cards, at most fifty",
    "/api/v1/nodes": "of one installation",
    "/api/v1/chargers": "at most ten, by the code that stands on them",
    "/api/v1/playbooks": "a handful that somebody wrote",
    "/api/v1/notifications": "the latest fifty",
    "/api/v1/me/driver-reports": "the latest fifty",
    "/api/v1/stations/{identity}/readings": "one a meter of a station",
    "/api/v1/notifications/channels": "a handful that somebody set up",
    "/api/v1/notifications/rotas": "a handful that somebody set up",
    "/api/v1/notifications/routes": "a handful that somebody set up",
}
HARMLESS_TWICE = {
    "POST /api/v1/tariffs": "a second one of the same; it can be retired",
    "POST /api/v1/tariffs/preview": "only asks",
    "POST /api/v1/tariff-rules": "said twice it is said once",
    "POST /api/v1/driver-groups": "one of each name",
    "POST /api/v1/owners": "one of each name",
    "POST /api/v1/playbooks": "one run a station at a time, by however many playbooks",
    "POST /api/v1/playbooks/dry-run": "only asks",
    "POST /api/v1/service-partners": "one too many is seen and removed",
    "POST /api/v1/incidents/{incident_id:uuid}/tickets": "a partner has one ticket about an incident",
    "POST /api/v1/tickets/{ticket_id:uuid}/retry": "only what failed is sent again",
    "POST /api/v1/ticket-answers/{token:str}": "a state, not a step",
    "POST /ticket/{token:str}": "a state, not a step",
    "POST /api/v1/look-backs": "a second one is refused while the first is under way",
    "POST /api/v1/look-backs/{look_back_id:uuid}/stop": "stopped is stopped",
    "POST /api/v1/remedies/{run_id:uuid}/stop": "stopped is stopped",
    "POST /api/v1/books/reconciliation": "looks anew",
    "POST /api/v1/books/provider-days": "reads anew",
    "POST /api/v1/locations/{location_id:uuid}/power/what-if": "only asks",
    "POST /api/v1/locations/{location_id:uuid}/power/signals": "the same values for the same times",
    "POST /api/v1/locations/{location_id:uuid}/power/keys": "a second key, which an admin sees and takes away",
    "POST /api/v1/power/readings": "the newest reading of each meter",
    "POST /api/v1/cards": "another address; nothing is paid",
    "POST /api/v1/cards/{card_id:uuid}/prefer": "a state, not a step",
    "POST /api/v1/debts/{debt_id:uuid}/write-off": "a state, not a step",
    "POST /api/v1/payment-reports/{provider:str}/{tenant_id:uuid}": "each report is kept once",
    "POST /qr/{identity:str}/{label:str}": "a form begins one session, however often it is sent",
    "POST /visit/{token:str}/stop": "stopped is stopped",
    "POST /visit/{token:str}/target": "a state, not a step",
    "POST /visit/{token:str}/card": "the address of a page; nothing is taken before a card is on it",
    "POST /visit/{token:str}/pay": "what is owed is paid once",
    "POST /visit/{token:str}/report": "a person has one open report about a connector",
    "POST /qr/{identity:str}/{label:str}/report": "a person has one open report about a connector",
    "POST /api/v1/connectors/{connector_id:uuid}/driver-reports": "a person has one open report about a connector",
    "POST /visit/{token:str}/mail": "another letter, a few at most",
    "POST /api/v1/invoices": "one invoice for each person and month",
    "POST /api/v1/incidents/{incident_id:uuid}/state": "a state, not a step",
    "POST /api/v1/incidents/{incident_id:uuid}/assign": "a state, not a step",
    "POST /api/v1/incidents/{incident_id:uuid}/notes": "a note more, which anybody can read",
    "POST /api/v1/notifications/read": "read is read",
    "POST /api/v1/notifications/devices": "the same token is the same device",
    "POST /api/v1/notifications/devices/ticket": "another ticket; it ends by itself",
    "POST /push/state": "only asks",
    "POST /push/on": "the same browser is the same device",
    "POST /push/off": "off is off",
    "POST /push/test": "says only that it is a test",
    "POST /push/move": "a state, not a step",
    "POST /api/v1/owners/{owner_id:uuid}/statements": "what is issued stays as it is",
    "POST /api/v1/notifications/webhooks": "one too many is seen and removed",
    "POST /api/v1/notifications/webhooks/{hook_id:uuid}/test": "says only that it is a test",
    "POST /api/v1/notifications/rotas": "one too many is seen and removed",
    "POST /api/v1/notifications/routes": "a message goes once to an address, by however many routes",
    "POST /api/v1/notifications/deliveries/{delivery_id:uuid}/retry": "only what failed is sent again",
    "POST /api/v1/campaigns/{campaign_id:uuid}/pause": "a state, not a step",
    "POST /api/v1/campaigns/{campaign_id:uuid}/cancel": "cancelled is cancelled",
    "POST /api/v1/stations/{identity:str}/commands/{command_id:uuid}/cancel": "cancelled is cancelled",
    "POST /api/v1/quarantine/{message_id:int}/attach": "resolved once",
    "POST /api/v1/quarantine/{message_id:int}/dismiss": "resolved once",
    "POST /api/v1/configuration-templates": "the name is taken the second time",
    "POST /api/v1/stations/{identity:str}/certificates": "installed twice, it is installed once",
    "POST /api/v1/stations/{identity:str}/certificates/read": "only asks",
    "POST /api/v1/stations/{identity:str}/certificates/delete": "deleted is deleted",
    "POST /api/v1/certificates/{certificate_id:uuid}/revoke": "a state, not a step",
    "POST /api/v1/stations/{identity:str}/charging-profiles/read": "only asks",
    "POST /api/v1/stations/{identity:str}/composite-schedule": "only asks",
    "POST /api/v1/stations/{identity:str}/monitors/clear": "cleared is cleared",
    "POST /api/v1/stations/{identity:str}/monitors/read": "only asks",
    "POST /api/v1/tokens": "the number is taken the second time",
    "POST /api/v1/stations/{identity:str}/local-list/sync": "the second time nothing is missing",
    "POST /api/v1/stations/{identity:str}/local-list/version": "only asks",
    "POST /api/v1/firmware-files": "another copy of a file",
    "POST /api/v1/uploads/{token:str}": "an address works once",
    "POST /api/v1/uploads/{token:str}/{filename:str}": "an address works once",
    "POST /api/v1/stations/{identity:str}/firmware/unpublish": "unpublished is unpublished",
    "POST /api/v1/auth/sign-in": "new tokens",
    "POST /api/v1/auth/sign-up": "the e-mail is taken the second time",
    "POST /api/v1/auth/refresh": "rotation has its own rules",
    "POST /api/v1/auth/sign-out": "signed out is signed out",
    "POST /api/v1/me/password": "the old password is asked for",
    "POST /api/v1/people": "the e-mail is taken the second time",
    "POST /api/v1/people/{account_id:uuid}/password": "the last one counts",
    "POST /api/v1/stations": "the identity is taken the second time",
    "POST /api/v1/locations": "made once where the caller sends a key; an empty one shows nowhere and can be deleted",
    "POST /api/v1/stations/{identity:str}/accept": "a state, not a step",
    "POST /api/v1/stations/{identity:str}/reject": "a state, not a step",
    "POST /api/v1/stations/{identity:str}/security-profile": "a state, not a step",
    "POST /api/v1/stations/{identity:str}/security-profile/send": "a state, not a step",
    "POST /api/v1/stations/{identity:str}/transaction-status": "only asks; closed is closed",
    "POST /api/v1/stations/{identity:str}/password": "the last one counts, and the old ones until it is used",
    "POST /api/v1/stations/{identity:str}/variables": "sets a value",
    "POST /api/v1/stations/{identity:str}/variables/change": "sets values",
    "POST /api/v1/stations/{identity:str}/variables/read": "only asks",
    "POST /api/v1/stations/{identity:str}/reports": "only asks; once where the caller sends a key",
    "POST /api/v1/stations/{identity:str}/trigger": "only asks",
    "POST /api/v1/stations/{identity:str}/messages/read": "only asks",
    "POST /api/v1/stations/{identity:str}/ocpp/{action:str}": "any call, raw: once where the caller sends a key",
    "POST /api/v1/incidents/{incident_id:uuid}/acknowledge": "a state, not a step",
    "POST /api/v1/incidents/{incident_id:uuid}/close": "a state, not a step",
}


@pytest.fixture
async def people(db: str, clock: Clock) -> AsyncIterator[People]:
    ctx = world.make_context(clock)
    async with ctx.bus:
        yield People(ctx, create_app(ctx), await world.add_tenant())


def routes(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            for method in handler.http_methods:
                if method != "OPTIONS" and route.path != "/api/v1/{path:str}":
                    yield method, route.path, handler


def filled(path: str) -> str:
    """A path with something in its places that doesn't exist."""
    path = path.replace("{file_path:path}", "rapidoc-min.js")
    path = re.sub(r"\{\w+:uuid\}", str(uuid4()), path)
    path = re.sub(r"\{\w+:int\}", "1", path)
    return re.sub(r"\{\w+:str\}", "NOBODY", path)


# --- who ---------------------------------------------------------------------------------------------


async def test_every_route_is_public_on_purpose_or_has_its_role(people: People) -> None:
    for method, path, handler in routes(people.app):
        name = f"{method} {path}"
        if name in PUBLIC:
            async with people.client(None) as client:
                answer = await client.request(method, filled(path))
            assert answer.status_code not in (401, 403) or "refresh" in path or "/power/" in path, f"{name} is public"
            continue
        role = handler.opt.get("role", Role.DRIVER)
        wanted = Role.ADMIN if name in FOR_ADMINS else Role.DRIVER if name in FOR_ALL else Role.OPERATOR
        assert role is wanted, f"{name} is for {role}; say so in this file"
        assert not handler.opt.get("public"), name


async def test_no_role_and_too_low_a_role_are_refused_everywhere(people: People) -> None:
    tried = 0
    async with people.client(None) as nobody, people.client(Role.DRIVER) as driver, people.client(Role.OPERATOR) as op:
        for method, path, handler in routes(people.app):
            if f"{method} {path}" in PUBLIC:
                continue
            tried += 1
            answer = await nobody.request(method, filled(path))
            assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM), path
            assert answer.headers["www-authenticate"] == "Bearer"
            role = handler.opt.get("role", Role.DRIVER)
            for client, may in ((driver, role is Role.DRIVER), (op, role is not Role.ADMIN)):
                if not may:
                    answer = await client.request(method, filled(path))
                    assert (answer.status_code, answer.headers["content-type"]) == (403, PROBLEM), path
    assert tried > 25


# --- lists, repetitions ------------------------------------------------------------------------------


def schema_of(document: dict[str, Any], reference: dict[str, Any]) -> dict[str, Any]:
    name = reference.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else reference


async def test_every_list_is_paged(people: People) -> None:
    document = people.app.openapi_schema.to_schema()
    paged = 0
    for path, operations in document["paths"].items():
        get = operations.get("get")
        content = get["responses"]["200"].get("content", {}) if get and "200" in get.get("responses", {}) else {}
        if path in SHORT:
            continue
        answer = schema_of(document, content.get("application/json", {}).get("schema", {}))
        assert answer.get("type") != "array", f"{path} answers with a bare list"
        if "next_cursor" in answer.get("properties", {}):
            paged += 1
            named = {one["name"]: one for one in get["parameters"]}
            assert {"cursor", "limit"} <= set(named), path
            assert named["limit"]["schema"]["maximum"] <= 200, path
    assert paged >= 8
    async with people.client(Role.ADMIN) as client:
        for path in ("stations", "transactions", "incidents", "locations", "people", "tariffs"):
            for wrong in ({"limit": 0}, {"limit": 100_000}, {"cursor": "no cursor of ours"}):
                answer = await client.get(f"/api/v1/{path}", params=wrong)
                assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM), (path, wrong)


PROFILE = {
    "purpose": "TxProfile",
    "kind": "Relative",
    "schedules": [{"unit": "A", "periods": [{"start_s": 0, "limit": "6"}]}],
}


async def test_what_costs_money_or_moves_a_station_needs_a_key(people: People) -> None:
    posts = {f"{method} {path}" for method, path, _ in routes(people.app) if method == "POST"}
    assert posts == ONCE | set(HARMLESS_TWICE), "a new POST: say in this file whether it may be repeated"
    station_id = await world.add_station(people.tenant_id, "NOBODY")
    bodies = {
        "reset": {"kind": "soft"},
        "unlock": {"connector_id": str(await world.add_connector(station_id))},
        "availability": {"operative": True},
        "transactions": {"connector_id": str(uuid4())},
        "firmware": {"url": "https://files.example.com/a.bin"},
        "publish": {"url": "https://files.example.com/a.bin", "checksum": "0" * 32},
        "logs": {},
        "monitors": {"monitors": [{"component": "C", "name": "V", "type": "Delta", "value": 1, "severity": 1}]},
        "customer-information": {"id_token": "CARD"},
        "reservations": {"station": "NOBODY"},
        "charging-profiles": {"evse": 0, "profile": PROFILE},
        "mail": {"email": ""},
        "corrections": {"reason": "Wrong"},
        "decision": {"decision": "accept", "note": "Fine"},
        "top-up": {"amount": "0"},
        "credit": {"amount": "1"},
        "refunds": {"amount": "1"},
        "limited-starts": {"connector_id": str(uuid4()), "profile": PROFILE},
        "clear": {},
        "renew": {},
        "activate": {},
        "vendor-data": {"vendor_id": "com.example"},
        "campaigns": {"name": "C", "stations": {}, "action": {"kind": "template"}},
    }
    async with people.client(Role.ADMIN) as client:
        for name in ONCE:
            path = filled(name.removeprefix("POST "))
            body = bodies.get(path.rpartition("/")[2])
            for headers in ({}, {"Idempotency-Key": "short"}, {"Idempotency-Key": "with spaces in it"}):
                answer = await client.post(path, json=body, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing"), path
            answer = await client.post(path, json=body, headers=new_key())
            assert answer.json()["code"] != "idempotency_key_missing", path


# --- problems ----------------------------------------------------------------------------------------


async def test_errors_are_problem_documents(people: People) -> None:
    front: Any = Front(people.app, None)  # type: ignore[arg-type]  # the app itself is never asked here
    async with people.client(Role.ADMIN) as client:
        client._transport = httpx.ASGITransport(app=front)
        for method, path, body, status, code in (
            ("GET", "/api/v1/nothing", None, 404, "not_found"),
            ("GET", "/api/v1/nothing/at/all", None, 404, "not_found"),
            ("POST", "/api/v1/nothing", b"{}", 404, "not_found"),
            ("GET", "/api", None, 404, "not_found"),
            ("GET", "/api/v2/stations", None, 404, "not_found"),
            ("DELETE", "/api/v1/stations", None, 405, "method_not_allowed"),
            ("PUT", "/api/v1/me", b"{}", 405, "method_not_allowed"),
            ("GET", "/api/v1/locations/not-an-id", None, 404, "not_found"),
            ("GET", f"/api/v1/transactions/{uuid4()}", None, 404, "not_found"),
            ("GET", "/api/v1/stations/NOBODY", None, 404, "not_found"),
            ("POST", "/api/v1/stations", b"{not json", 400, "invalid_input"),
            ("POST", "/api/v1/stations", b'{"identity": 5}', 400, "invalid_input"),
            ("POST", "/api/v1/stations", b"x" * 3_000_000, 413, "too_large"),
            ("POST", "/api/v1/auth/sign-in", b"[]", 400, "invalid_input"),
        ):
            headers = {"Content-Type": "application/json"} if body else {}
            answer = await client.request(method, path, content=body, headers=headers)
            assert (path, answer.status_code, answer.headers["content-type"]) == (path, status, PROBLEM)
            problem = answer.json()
            assert (problem["status"], problem["code"], problem["instance"]) == (status, code, path)
            assert problem["type"] == f"urn:wattline:problem:{code}"
            assert problem["title"]
            if status == 405:
                assert answer.headers["allow"]


async def test_a_mistake_of_ours_shows_nothing_of_the_inside(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("backend.tenants.service.brand", broken)
    transport = httpx.ASGITransport(app=people.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/api/v1/brand")
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert answer.json()["code"] == "internal_error"
    assert "swordfish" not in answer.text
    assert "Traceback" not in answer.text


# --- description, health -----------------------------------------------------------------------------


async def test_the_page_of_the_api_needs_no_other_host(people: People) -> None:
    async with people.client(None) as client:
        document = await client.get("/api/v1/openapi.json")
        page = await client.get("/api/v1/docs")
        assert (document.status_code, page.status_code) == (200, 200)
        assert document.json()["openapi"].startswith("3.1")
        assert page.headers["content-type"].startswith("text/html")
        sources = re.findall(r"""(?:src|href)=["']([^"']+)["']""", page.text)
        assert any("rapidoc" in one for one in sources)
        for source in sources:
            assert not re.match(r"(?:[a-z]+:)?//", source), f"{source} is on another host"
            if source == "/favicon.png":  # one of the app's own files
                assert (ASSETS / "favicon.png").exists()
            elif source.startswith("/"):
                assert (await client.get(source)).status_code == 200, source
        assert not re.findall(r"""(?:import|url|fetch)\(\s*["']https?://""", page.text)
        assert not re.findall(r"@import", page.text)
        # Left alone the script asks another host for its fonts.
        script = (await client.get("/api/static/rapidoc-min.js")).text
        assert '"false"!==this.loadFonts' in script
        assert 'load-fonts="false"' in page.text


async def test_every_operation_is_described(people: People) -> None:
    document = with_problems(people.app.openapi_schema.to_schema())
    assert set(document["components"]["securitySchemes"]) == {"bearer"}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), f"{method} {path} has no summary"
            assert list(operation["responses"]["default"]["content"]) == [PROBLEM], path
    identifiers = [one["operationId"] for operations in document["paths"].values() for one in operations.values()]
    assert len(identifiers) == len(set(identifiers))


async def test_health_tells_what_is_wrong(people: People) -> None:
    async with people.client(None) as client:
        assert (await client.get("/health/live")).json() == {"status": "ok"}
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "bus": "ok"})
        metrics = await client.get("/metrics")
        assert metrics.headers["content-type"].startswith("text/plain; version=")
        assert metrics.headers["content-type"].count("charset") == 1
        assert re.search(r"^process_cpu_seconds_total|^python_info", metrics.text, re.M)
        assert "wattline_" in metrics.text
        await engine.disconnect()
        down = await client.get("/health/ready")
        assert (down.status_code, down.json()["status"]) == (503, "not_ready")
        assert down.json()["checks"]["database"].startswith("the database doesn't answer")
        assert (await client.get("/health/live")).status_code == 200, "alive, so that nobody restarts it for that"
