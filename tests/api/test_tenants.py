"""One operator company never sees or moves what belongs to another, whatever ids it knows."""

# Longer than 400 lines: every route that names a thing has its line here.
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from backend.accounts import groups
from backend.alerts import service as alerts
from backend.authorization import tokens
from backend.books import owners
from backend.db.engine import DB
from backend.papers import rules as papers
from backend.stations import service as stations
from backend.stations.service import StatusReport
from backend.tariffs import service as tariffs
from backend.tariffs import where
from backend.tariffs.model import Tariff
from shared.accounts import DriverGroupNew, Role
from shared.books import LocationOwnerNew
from shared.papers import PaperKind
from shared.stations import ConnectorStatus
from shared.tariffs import TariffRuleNew
from shared.tokens import TokenNew
from tests import world
from tests.api.harness import People, new_key
from tests.conftest import Clock
from tests.support.apps import create_app


async def notifications(tenant_id: UUID, account_id: UUID) -> dict[str, Any]:
    """A phone, a webhook, a rota, a route, and a message that failed."""
    made = {
        "device": ("push_device (account, token, platform)", "$2, 'token-of-ann', 'ios'"),
        "hook": ("notify_hook (tenant, name, kind, url, secret)", "$1, 'H', 'generic', 'https://h.example', 'x'"),
        "rota": ("notify_rota (tenant, name, plan)", "$1, 'R', '{}'"),
        "route": ("notify_route (tenant, name, plan)", "$1, 'R', '{}'"),
        "partner": ("service_partner (tenant, name, kind, address, secret)", "$1, 'P', 'email', 'p@p.example', 'x'"),
        "firmware_end": (
            "firmware_support (tenant, vendor, model, firmware, ends_on)",
            "$1, 'V', 'M', '1', '2030-01-01'",
        ),
        "meaning": (
            "vendor_code (tenant, vendor, code, title, severity, updated_at)",
            "$1, 'V', 'E-1', 'T', 'info', now()",
        ),
        "look_back": (
            "look_back (tenant, account, id, asked, begins_at, ends_at, created_at)",
            "$1, $2, gen_random_uuid(), '{\"rules\": [\"station_offline\"]}', now() - interval '1 day', now(), now()",
        ),
        "delivery": (
            "delivery (tenant, account, id, channel, kind, key, title, state, created_at)",
            "$1, $2, gen_random_uuid(), 'push', 'test', 'k', 'T', 'failed', now()",
        ),
    }
    found = {}
    for name, (into, values) in made.items():
        sql = f"WITH x AS (SELECT $1::uuid, $2::uuid) INSERT INTO {into} VALUES ({values}) RETURNING id"
        found[name] = (await DB.run(sql, tenant_id, account_id))[0]["id"]
    return found


@pytest.fixture
async def ours(db: str, clock: Clock) -> dict[str, Any]:
    """A company with one of everything; what is known about it are the ids."""
    ctx = world.make_context(clock, world.handlers_of(alerts))
    tenant_id = await world.add_tenant("Ours")
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, "OURS-1", location_id=location_id, online=True)
    connector_id = await world.add_connector(station_id)
    account_id = await world.add_account(tenant_id, "Ann", "operator")
    session = {"begun_at": clock.now() - timedelta(hours=1), "account": account_id}
    active = await world.add_transaction(station_id, connector_id, **session)
    ended = await world.add_transaction(station_id, connector_id, state="ended", ended_at=clock.now(), **session)
    report = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=clock.now())
    await stations.connector_status(ctx, station_id, report)
    incident_id = (await DB.run("SELECT id FROM incident"))[0]["id"]
    token_id = (await tokens.add(ctx, tenant_id, TokenNew(value="OURS-CARD"))).id
    message_id = (
        await DB.run(
            """INSERT INTO transaction_message (station, fingerprint, kind, at, payload, report)
            VALUES ($1, 'x', 'ended', now(), '{}', '{}') RETURNING id""",
            station_id,
        )
    )[0]["id"]
    certificate_id = (
        await DB.run(
            """INSERT INTO issued_certificate (tenant, station, identity, kind, state, csr, serial)
            VALUES ($1, $2, 'OURS-1', 'ChargingStationCertificate', 'accepted', '', 'a1') RETURNING id""",
            tenant_id,
            station_id,
        )
    )[0]["id"]
    reservation_id = (
        await DB.run(
            """INSERT INTO reservation (tenant, station, connector, id_token, state, expires_at)
            VALUES ($1, $2, $3, 'OURS-CARD', 'held', now() + interval '1 hour') RETURNING id""",
            tenant_id,
            station_id,
            connector_id,
        )
    )[0]["id"]
    campaign_id = (
        await DB.run(
            """INSERT INTO campaign (tenant, name, action, stages, stage_ends, max_failed_percent, min_failed)
            VALUES ($1, 'Ours', '{"kind": "template"}', '[]', '[1]', 10, 1) RETURNING id""",
            tenant_id,
        )
    )[0]["id"]
    await DB.run(
        """INSERT INTO power_site (tenant, location, tree, policy) VALUES ($1, $2, $3, '{}')""",
        tenant_id,
        location_id,
        [{"key": "grid", "kind": "grid", "limit_a": "32"}],
    )
    nobody = papers.Party()
    invoice = papers.document(
        PaperKind.INVOICE, [], number="INV-1", currency="EUR", seller=nobody, buyer=nobody, issued_at=clock.now()
    )
    invoice_id = (
        await DB.run(
            """INSERT INTO paper (id, tenant, kind, number, currency, total_excl, total_incl, sessions, energy_wh,
                                  document, issued_at)
            VALUES (gen_random_uuid(), $1, 'invoice', 'INV-1', 'EUR', 0, 0, 0, 0, $2, now()) RETURNING id""",
            tenant_id,
            msgspec.to_builtins(invoice),
        )
    )[0]["id"]
    told = await notifications(tenant_id, account_id)
    sql = "INSERT INTO playbook (tenant, plan) VALUES ($1, $2) RETURNING id"
    told["playbook"] = (await DB.run(sql, tenant_id, PLAYBOOK))[0]["id"]
    told["run"] = (
        await DB.run(
            """INSERT INTO remedy (id, tenant, playbook, version, plan, incident, station, created_at)
            VALUES (gen_random_uuid(), $1, $2, 1, $3, $4, $5, now()) RETURNING id""",
            tenant_id,
            told["playbook"],
            PLAYBOOK,
            incident_id,
            station_id,
        )
    )[0]["id"]
    sql = """INSERT INTO service_ticket (id, incident, partner_name, kind, address, created_at)
        VALUES (gen_random_uuid(), $1, 'P', 'email', 'p@p.example', now()) RETURNING id"""
    told["ticket"] = (await DB.run(sql, incident_id))[0]["id"]
    payment_id = (
        await DB.run(
            """INSERT INTO payment (tenant, account, provider, state, currency, hold_amount)
            VALUES ($1, $2, 'demo', 'held', 'EUR', 5) RETURNING id""",
            tenant_id,
            account_id,
        )
    )[0]["id"]
    debt_id = (
        await DB.run(
            """INSERT INTO debt (id, tenant, account, payment, amount, currency, state)
            VALUES (gen_random_uuid(), $1, $2, $3, 5, 'EUR', 'open') RETURNING id""",
            tenant_id,
            account_id,
            payment_id,
        )
    )[0]["id"]
    tariff_id = await tariffs.add(ctx, tenant_id, "Ours", msgspec.convert(DEFINITION, Tariff, strict=False))
    return told | {
        "tariff": tariff_id,
        "group": UUID((await groups.add(ctx, tenant_id, DriverGroupNew(name="Fleet"))).id),
        "rule": UUID((await where.add(ctx, tenant_id, TariffRuleNew(tariff_id=str(tariff_id)))).id),
        "owner": UUID((await owners.add(ctx, tenant_id, LocationOwnerNew(name="Lord"))).id),
        "driver": await world.add_account(tenant_id, "Dora"),
        "payment": payment_id,
        "debt": debt_id,
        "ctx": ctx,
        "station": station_id,
        "tenant": tenant_id,
        "location": location_id,
        "connector": connector_id,
        "account": account_id,
        "active": active,
        "ended": ended,
        "incident": incident_id,
        "token": token_id,
        "certificate": certificate_id,
        "message": message_id,
        "reservation": reservation_id,
        "campaign": campaign_id,
        "invoice": invoice_id,
    }


DEFINITION = {"currency": "EUR", "elements": [{"price_components": [{"type": "ENERGY", "price": "0.5"}]}]}
DIGESTS = {"algorithm": "SHA256", "issuer_name_hash": "a", "issuer_key_hash": "b", "serial": "1"}
PROFILE = {
    "purpose": "TxProfile",
    "kind": "Relative",
    "schedules": [{"unit": "A", "periods": [{"start_s": 0, "limit": "6"}]}],
}

POINT = {"starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-01-01T01:00:00Z", "value": "0.3"}
PLAYBOOK = {"name": "Mine", "rules": ["station_silent"], "steps": [{"kind": "wait"}]}
PARTNER = {"name": "Mine", "kind": "email", "address": "p@p.example"}
HOOK = {"name": "Mine", "kind": "generic", "url": "http://127.0.0.1:1/mine"}
ROTA = {"name": "Mine", "members": [str(uuid4())], "starts_at": "2026-01-01T00:00:00Z"}
ROUTE = {"name": "Mine", "targets": [{"kind": "role", "id": "admin"}]}
MONITOR = {"component": "EVSE", "name": "Power", "type": "Delta", "value": 1, "severity": 1}


def of_ours(one: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Every route that names a thing, with the name of one of ours."""
    station = "/api/v1/stations/OURS-1"
    power = f"/api/v1/locations/{one['location']}/power"
    return [
        ("GET", f"/api/v1/locations/{one['location']}", None),
        ("PATCH", f"/api/v1/locations/{one['location']}", {"name": "Mine"}),
        ("DELETE", f"/api/v1/locations/{one['location']}", None),
        ("GET", power, None),
        ("PUT", power, {"nodes": [{"key": "grid", "kind": "grid", "limit_a": 32}]}),
        ("DELETE", power, None),
        ("GET", f"{power}/live", None),
        ("GET", f"{power}/savings", None),
        ("POST", f"{power}/what-if", {"node": "grid"}),
        ("POST", f"{power}/signals", {"kind": "price", "points": [POINT]}),
        ("PUT", f"{power}/feeds", {"kind": "price"}),
        ("GET", f"{power}/grid-limits", None),
        ("GET", f"{power}/keys", None),
        ("POST", f"{power}/keys", {"purpose": "meter"}),
        ("DELETE", f"{power}/keys/{uuid4()}", None),
        ("GET", f"/api/v1/transactions/{one['active']}/wish", None),
        ("PUT", f"/api/v1/transactions/{one['active']}/wish", {"energy_wh": 1000}),
        ("GET", f"/api/v1/transactions/{one['active']}/saving", None),
        ("GET", f"/api/v1/connectors/{one['connector']}", None),
        ("GET", f"/api/v1/connectors/{one['connector']}/price", None),
        ("POST", f"/api/v1/connectors/{one['connector']}/driver-reports", {"kind": "payment"}),
        ("GET", f"/api/v1/reservations/price?connector={one['connector']}&minutes=15", None),
        ("PATCH", f"/api/v1/connectors/{one['connector']}", {"max_power_w": 1}),
        ("GET", station, None),
        ("PATCH", station, {"name": "mine"}),
        ("POST", f"{station}/accept", None),
        ("POST", f"{station}/reject", None),
        ("GET", f"{station}/frames", None),
        ("GET", f"{station}/readings", None),
        ("GET", f"{station}/frames/export", None),
        ("GET", f"{station}/messages", None),
        ("PUT", f"{station}/messages/1", {"priority": "NormalCycle", "content": "Mine"}),
        ("POST", f"{station}/messages/read", {}),
        ("DELETE", f"{station}/messages/1", None),
        ("GET", f"/api/v1/quarantine/{one['message']}", None),
        ("POST", f"/api/v1/quarantine/{one['message']}/attach", {"transaction_id": str(one["active"])}),
        ("POST", f"/api/v1/quarantine/{one['message']}/dismiss", {"note": "Mine"}),
        ("POST", f"{station}/commands/{uuid4()}/cancel", None),
        ("GET", f"{station}/certificates", None),
        ("POST", f"{station}/certificates", {"kind": "CSMSRootCertificate", "certificate": "x"}),
        ("POST", f"{station}/certificates/read", {}),
        ("POST", f"{station}/certificates/delete", DIGESTS),
        ("POST", f"{station}/certificates/renew", {}),
        ("GET", f"{station}/certificates/issued", None),
        ("POST", f"/api/v1/certificates/{one['certificate']}/revoke", None),
        ("GET", f"{station}/charging-profiles", None),
        ("POST", f"{station}/charging-profiles", {"evse": 0, "profile": PROFILE}),
        ("POST", f"{station}/charging-profiles/clear", {}),
        ("POST", f"{station}/charging-profiles/read", {}),
        ("POST", f"{station}/composite-schedule", {"evse": 1}),
        ("GET", f"{station}/external-limits", None),
        ("GET", f"{station}/charging-needs", None),
        ("POST", "/api/v1/limited-starts", {"connector_id": str(one["connector"]), "profile": PROFILE}),
        ("GET", f"{station}/local-list", None),
        ("PUT", f"{station}/local-list", {"mode": "all"}),
        ("GET", f"{station}/local-list/entries", None),
        ("POST", f"{station}/local-list/sync", {}),
        ("POST", f"{station}/local-list/version", None),
        ("POST", f"{station}/clear-cache", None),
        ("POST", f"{station}/security-profile", {"profile": 2}),
        ("POST", f"{station}/security-profile/send", {"profile": 2}),
        ("POST", f"{station}/password", {}),
        ("POST", f"{station}/transaction-status", {"transaction_id": str(one["active"])}),
        ("GET", f"{station}/vendor-data", None),
        ("POST", f"{station}/vendor-data", {"vendor_id": "com.example"}),
        ("GET", f"{station}/network-profiles", None),
        ("PUT", f"{station}/network-profiles/1", {"security_profile": 0}),
        ("POST", f"{station}/network-profiles/1/activate", {}),
        ("GET", f"{station}/security-events", None),
        ("GET", f"{station}/firmware", None),
        ("POST", f"{station}/firmware", {"url": "https://files.example/f.bin"}),
        ("POST", f"{station}/firmware/publish", {"url": "https://files.example/f.bin", "checksum": "a" * 32}),
        ("POST", f"{station}/firmware/unpublish", {"checksum": "a" * 32}),
        ("GET", f"{station}/firmware/{uuid4()}", None),
        ("GET", f"{station}/logs", None),
        ("POST", f"{station}/logs", {}),
        ("GET", f"{station}/logs/{uuid4()}", None),
        ("GET", f"{station}/logs/{uuid4()}/file", None),
        ("GET", f"{station}/variables", None),
        ("GET", f"{station}/commands", None),
        ("POST", f"{station}/variables/change", {"changes": [{"name": "a", "value": "b"}]}),
        ("GET", f"/api/v1/campaigns/{one['campaign']}", None),
        ("GET", f"/api/v1/campaigns/{one['campaign']}/stations", None),
        ("POST", f"/api/v1/campaigns/{one['campaign']}/pause", None),
        ("POST", f"/api/v1/campaigns/{one['campaign']}/resume", None),
        ("POST", f"/api/v1/campaigns/{one['campaign']}/cancel", None),
        ("GET", f"/api/v1/configuration-templates/{uuid4()}", None),
        ("PATCH", f"/api/v1/configuration-templates/{uuid4()}", {"name": "mine"}),
        ("DELETE", f"/api/v1/configuration-templates/{uuid4()}", None),
        ("GET", f"/api/v1/configuration-drift?template_id={uuid4()}", None),
        ("GET", f"{station}/drift", None),
        ("POST", f"{station}/drift/apply", None),
        ("GET", f"{station}/monitoring", None),
        ("PUT", f"{station}/monitoring/base", {"base": "All"}),
        ("PUT", f"{station}/monitoring/level", {"severity": 4}),
        ("GET", f"{station}/monitors", None),
        ("POST", f"{station}/monitors", {"monitors": [MONITOR]}),
        ("POST", f"{station}/monitors/clear", {"numbers": [1]}),
        ("POST", f"{station}/monitors/read", {}),
        ("GET", f"{station}/events", None),
        ("GET", f"/api/v1/transactions/{one['ended']}/receipt/pdf", None),
        ("POST", f"/api/v1/transactions/{one['ended']}/receipt/mail", {}),
        ("GET", f"{station}/driver-reports", None),
        ("GET", f"{station}/qr-sheet", None),
        ("GET", f"{station}/meter-keys", None),
        ("PUT", f"{station}/meter-keys/1", {"public_key": "30" * 40}),
        ("DELETE", f"{station}/meter-keys/1", None),
        ("GET", f"/api/v1/transactions/{one['ended']}/receipt/signed", None),
        ("GET", f"/api/v1/transactions/{one['ended']}/receipt/signed/xml", None),
        ("GET", f"/api/v1/locations/{one['location']}/qr-sheet", None),
        ("GET", f"/api/v1/invoices/{one['invoice']}", None),
        ("GET", f"/api/v1/invoices/{one['invoice']}/pdf", None),
        ("POST", f"/api/v1/invoices/{one['invoice']}/mail", {}),
        ("POST", f"{station}/customer-information", {"id_token": "CARD-1"}),
        ("GET", f"{station}/customer-information", None),
        ("GET", f"{station}/customer-information/{uuid4()}", None),
        ("DELETE", f"{station}/customer-information/{uuid4()}", None),
        ("GET", f"{station}/reports", None),
        ("GET", f"{station}/reports/{uuid4()}", None),
        ("POST", f"{station}/reports", {"base": "full"}),
        ("POST", f"{station}/variables", {"name": "a", "value": "b"}),
        ("POST", f"{station}/variables/read", {}),
        ("POST", f"{station}/reset", {"kind": "soft"}),
        ("POST", f"{station}/unlock", {"connector_id": str(one["connector"])}),
        ("POST", f"{station}/availability", {"operative": False}),
        ("POST", f"{station}/trigger", {"message": "Heartbeat"}),
        ("POST", f"{station}/ocpp/Reset", {"type": "Soft"}),
        ("GET", f"/api/v1/tokens/{one['token']}", None),
        ("PATCH", f"/api/v1/tokens/{one['token']}", {"blocked": True}),
        ("DELETE", f"/api/v1/tokens/{one['token']}", None),
        ("POST", "/api/v1/reservations", {"connector_id": str(one["connector"])}),
        ("POST", "/api/v1/reservations", {"station": "OURS-1"}),
        ("GET", f"/api/v1/reservations/{one['reservation']}", None),
        ("POST", f"/api/v1/reservations/{one['reservation']}/cancel", None),
        ("POST", "/api/v1/transactions", {"connector_id": str(one["connector"])}),
        ("POST", f"/api/v1/transactions/{one['active']}/stop", None),
        ("GET", f"/api/v1/transactions/{one['ended']}/corrections", None),
        ("POST", f"/api/v1/transactions/{one['ended']}/corrections", {"reason": "Wrong"}),
        ("POST", f"/api/v1/transactions/{one['ended']}/decision", {"decision": "accept", "note": "Fine"}),
        ("GET", f"/api/v1/transactions/{one['ended']}/receipt/cdr", None),
        ("PUT", f"/api/v1/transactions/{one['active']}/target", {"minutes": 5}),
        ("DELETE", f"/api/v1/transactions/{one['active']}/target", None),
        ("GET", f"/api/v1/transactions/{one['active']}", None),
        ("GET", f"/api/v1/transactions/{one['ended']}/receipt", None),
        ("POST", f"/api/v1/incidents/{one['incident']}/acknowledge", None),
        ("POST", f"/api/v1/incidents/{one['incident']}/close", None),
        ("GET", f"/api/v1/incidents/{one['incident']}", None),
        ("PATCH", "/api/v1/rules/nobodys", {"on": False}),
        ("DELETE", f"/api/v1/rule-thresholds/{one['incident']}", None),
        ("DELETE", f"/api/v1/firmware-support/{one['firmware_end']}", None),
        ("DELETE", f"/api/v1/vendor-codes/{one['meaning']}", None),
        ("POST", f"/api/v1/incidents/{one['incident']}/state", {"state": "in_repair"}),
        ("POST", f"/api/v1/incidents/{one['incident']}/assign", {"account_id": None}),
        ("POST", f"/api/v1/incidents/{one['incident']}/notes", {"text": "Mine"}),
        ("GET", f"/api/v1/playbooks/{one['playbook']}", None),
        ("PUT", f"/api/v1/playbooks/{one['playbook']}", PLAYBOOK),
        ("DELETE", f"/api/v1/playbooks/{one['playbook']}", None),
        ("PUT", f"/api/v1/service-partners/{one['partner']}", PARTNER),
        ("DELETE", f"/api/v1/service-partners/{one['partner']}", None),
        ("POST", f"/api/v1/incidents/{one['incident']}/tickets", {"note": "Mine"}),
        ("POST", f"/api/v1/tickets/{one['ticket']}/retry", None),
        ("GET", f"/api/v1/look-backs/{one['look_back']}", None),
        ("GET", f"/api/v1/look-backs/{one['look_back']}/firings", None),
        ("POST", f"/api/v1/look-backs/{one['look_back']}/stop", None),
        ("POST", f"/api/v1/remedies/{one['run']}/approve", None),
        ("POST", f"/api/v1/remedies/{one['run']}/stop", None),
        ("DELETE", f"/api/v1/notifications/devices/{one['device']}", None),
        ("PUT", f"/api/v1/notifications/watched/{one['station']}", None),
        ("DELETE", f"/api/v1/notifications/watched/{one['station']}", None),
        ("PUT", f"/api/v1/notifications/webhooks/{one['hook']}", HOOK),
        ("DELETE", f"/api/v1/notifications/webhooks/{one['hook']}", None),
        ("POST", f"/api/v1/notifications/webhooks/{one['hook']}/test", None),
        ("PUT", f"/api/v1/notifications/rotas/{one['rota']}", ROTA),
        ("DELETE", f"/api/v1/notifications/rotas/{one['rota']}", None),
        ("PUT", f"/api/v1/notifications/routes/{one['route']}", ROUTE),
        ("DELETE", f"/api/v1/notifications/routes/{one['route']}", None),
        ("POST", f"/api/v1/notifications/deliveries/{one['delivery']}/retry", None),
        ("PATCH", f"/api/v1/people/{one['account']}", {"name": "Mine"}),
        ("POST", f"/api/v1/people/{one['account']}/credit", {"amount": "1.00"}),
        ("GET", f"/api/v1/tariffs/{one['tariff']}", None),
        ("PUT", f"/api/v1/tariffs/{one['tariff']}", {"name": "Mine", "definition": DEFINITION}),
        ("DELETE", f"/api/v1/tariffs/{one['tariff']}", None),
        ("GET", f"/api/v1/tariff-rules/at?location_id={one['location']}", None),
        ("DELETE", f"/api/v1/tariff-rules/{one['rule']}", None),
        ("PUT", f"/api/v1/driver-groups/{one['group']}", {"name": "Mine"}),
        ("DELETE", f"/api/v1/driver-groups/{one['group']}", None),
        ("GET", f"/api/v1/owners/{one['owner']}", None),
        ("GET", f"/api/v1/owners/{one['owner']}/settlement?period=2026-01", None),
        ("POST", f"/api/v1/owners/{one['owner']}/statements", {"period": "2026-01"}),
        ("PUT", f"/api/v1/owners/{one['owner']}", {"name": "Mine"}),
        ("DELETE", f"/api/v1/owners/{one['owner']}", None),
        ("GET", f"/api/v1/drivers/{one['driver']}", None),
        ("PUT", f"/api/v1/drivers/{one['driver']}", {"group_id": None}),
        ("POST", f"/api/v1/cards/{uuid4()}/prefer", None),
        ("DELETE", f"/api/v1/cards/{uuid4()}", None),
        ("POST", f"/api/v1/debts/{one['debt']}/settle", None),
        ("POST", f"/api/v1/debts/{one['debt']}/write-off", None),
        ("GET", f"/api/v1/payments/{one['payment']}", None),
        ("POST", f"/api/v1/payments/{one['payment']}/refunds", {"amount": "1.00"}),
        ("POST", f"/api/v1/people/{one['account']}/password", None),
        ("GET", f"/api/v1/analytics?location_id={one['location']}", None),
        ("GET", f"/api/v1/analytics.csv?location_id={one['location']}", None),
    ]


MADE_UP = re.compile(r"/(firmware|logs|reports|customer-information|configuration-templates)/|template_id=")
"""These have no row in this test: they don't exist for anybody."""


async def counted() -> dict[str, int]:
    return {
        table: (await DB.run(f"SELECT count(*) AS n FROM {table}"))[0]["n"]
        for table in (
            "transaction",
            "payment",
            "station_command",
            "incident",
            "account",
            "location",
            "reservation",
            "id_token",
        )
    }


async def ask(client: httpx.AsyncClient, method: str, path: str, body: Any) -> httpx.Response:
    return await client.request(method, path, json=body, headers=new_key() if method == "POST" else {})


async def test_ids_of_another_company_do_not_exist(ours: dict[str, Any]) -> None:
    ctx = ours["ctx"]
    app = create_app(ctx)
    routes = of_ours(ours)
    tested = {(method, path.partition("?")[0]) for method, path, _ in routes}
    missing = set()
    for route in app.routes:  # a new route that names a thing has to be in the list
        pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", route.path))
        for handler in getattr(route, "route_handlers", []):
            for method in handler.http_methods - {"OPTIONS"} if "{" in route.path else ():
                found = any(pattern.fullmatch(path) and method == one for one, path in tested)
                if not found and not handler.opt.get("public"):
                    missing.add(f"{method} {route.path}")
    assert missing == set()
    async with ctx.bus:
        theirs = People(ctx, app, await world.add_tenant("Theirs"))
        async with theirs.client(Role.ADMIN) as client:
            before = await counted()
            for method, path, body in routes:
                answer = await ask(client, method, path, body)
                assert (method, path, answer.status_code) == (method, path, 404), answer.text
                assert answer.headers["content-type"] == "application/problem+json"
                assert "OURS" not in answer.text.replace(path, "")
            assert await counted() == before
            for path in ("locations", "stations", "transactions", "incidents", "tokens", "reservations"):
                assert (await client.get(f"/api/v1/{path}")).json()["items"] == [], path
            people = (await client.get("/api/v1/people")).json()["items"]
            assert [one["role"] for one in people] == ["admin"], "only the one who asks"
            overview = (await client.get("/api/v1/overview")).json()
            assert (overview["active_sessions"], overview["incidents"]) == (0, [])
            chargers = (await client.get("/api/v1/chargers", params={"code": "OURS"})).json()
            assert chargers["items"] == []


async def test_the_same_ids_do_exist_for_their_own(ours: dict[str, Any]) -> None:
    """Otherwise the test above would prove nothing."""
    ctx = ours["ctx"]
    people = People(ctx, create_app(ctx), ours["tenant"])
    async with ctx.bus, people.client(Role.ADMIN) as client:
        for method, path, body in of_ours(ours):
            if method == "GET" and "/receipt" not in path and not MADE_UP.search(path):
                assert (await ask(client, method, path, body)).status_code == 200, path
        answer = await client.post("/api/v1/incidents/{}/acknowledge".format(ours["incident"]))
        assert answer.status_code == 200


async def test_a_driver_sees_no_other_drivers_session(ours: dict[str, Any]) -> None:
    ctx = ours["ctx"]
    people = People(ctx, create_app(ctx), ours["tenant"])
    async with ctx.bus, people.client(Role.DRIVER) as driver:
        for method, path in (
            ("GET", f"/api/v1/transactions/{ours['active']}"),
            ("GET", f"/api/v1/transactions/{ours['ended']}/receipt"),
            ("POST", f"/api/v1/transactions/{ours['active']}/stop"),
        ):
            assert (await ask(driver, method, path, None)).status_code == 404, path
        assert (await driver.get("/api/v1/transactions")).json()["items"] == []
        on_behalf = {"connector_id": str(ours["connector"]), "account_id": str(ours["account"])}
        answer = await ask(driver, "POST", "/api/v1/transactions", on_behalf)
        assert answer.status_code in (403, 404), "a driver starts for nobody else"


async def test_a_station_of_the_same_name_is_another_one(ours: dict[str, Any]) -> None:
    ctx = ours["ctx"]
    their_tenant: UUID = await world.add_tenant("Theirs")
    people = People(ctx, create_app(ctx), their_tenant)
    async with ctx.bus, people.client(Role.ADMIN) as client:
        made = await client.post("/api/v1/stations", json={"identity": "OURS-1"})
        assert made.status_code in (201, 409), "an identity is an address: one on the whole listener, or one a company"
        answer = await client.get("/api/v1/stations/OURS-1")
        assert answer.status_code == (200 if made.status_code == 201 else 404)
