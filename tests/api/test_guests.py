"""Somebody without app and account charges at a real station, by plain pages."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from backend.alerts import service as alerts
from backend.cdrs import service as cdrs
from backend.context import utc_now
from backend.db.engine import DB
from backend.guests import rules, service
from shared.payments import RefundTarget
from tests import world
from tests.conftest import Clock
from tests.support.node import Node, running_node

HOST = "http://test"
MOST_BYTES = 100_000


@asynccontextmanager
async def phone(node: Node, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without anything: no cookie, no script."""
    transport = httpx.ASGITransport(app=node.app, raise_app_exceptions=False, client=(uuid4().hex, 1))
    async with httpx.AsyncClient(
        transport=transport, base_url=HOST, headers={"Accept-Language": "en"} | headers, timeout=30
    ) as one:
        yield one


def text(answer: httpx.Response) -> str:
    assert len(answer.content) < MOST_BYTES
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "<script" not in answer.text
    body = re.sub(r"<style>.*?</style>", "", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def key(answer: httpx.Response) -> str:
    found = re.search(r'name="key" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


async def test_from_the_code_to_the_receipt(db: str, clock: Clock) -> None:
    async with running_node(db, clock=clock, worker=True) as node:
        tariff = await node.add_tariff(components=[{"type": "ENERGY", "price": "0.50", "vat": "19"}])
        await node.add_station("HH-01", tariff_id=tariff)
        async with node.booted("HH-01") as station, phone(node) as guest, phone(node) as other:
            await station.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
            assert (await guest.get("/qr/hh-01")).headers["location"] == "/qr/HH-01/1"
            page = await guest.get("/qr/HH-01/1", headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"})
            assert "0,595 € je kWh" in text(page)
            assert "50,00 € reservieren und starten" in text(page)

            form = {"key": key(page), "email": "gast@example.com", "card": "good"}
            sending = _start(guest, form)
            message_id, asked = await station.expect_call("RemoteStartTransaction")
            assert asked["connectorId"] == 1
            await station.answer(message_id, {"status": "Accepted"})
            started = await sending
            assert started.status_code == 303
            visit = started.headers["location"]
            # The same form once more (a nervous finger) is the same session.
            assert (await guest.post("/qr/HH-01/1", data=form)).headers["location"] == visit
            assert "Now plug in your car" in text(await guest.get(visit))

            meter = {"connectorId": 1, "idTag": asked["idTag"], "meterStart": 1000}
            answer = await station.call("StartTransaction", {**meter, "timestamp": clock.now().isoformat()})
            assert answer["idTagInfo"]["status"] == "Accepted"
            number = answer["transactionId"]
            clock.advance(minutes=20)
            sample = {"value": "5000", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
            await station.call(
                "MeterValues",
                {
                    "connectorId": 1,
                    "transactionId": number,
                    "meterValue": [{"timestamp": clock.now().isoformat(), "sampledValue": [sample]}],
                },
            )
            running = await guest.get(visit)
            assert "4.000 kWh" in text(running)
            assert "€2.38" in text(running)
            assert 'http-equiv="refresh"' in running.text

            stranger = visit[:-3] + ("abc" if visit[-3:] != "abc" else "xyz")
            assert (await other.get(stranger)).status_code == 404
            assert (await other.post(f"{stranger}/stop")).status_code == 404

            await _targets(guest, visit, stranger)
            stopping = _post(guest, f"{visit}/stop")
            message_id, asked = await station.expect_call("RemoteStopTransaction")
            assert asked["transactionId"] == number
            await station.answer(message_id, {"status": "Accepted"})
            assert (await stopping).status_code == 303
            assert "The charger is stopping" in text(await guest.get(visit))
            clock.advance(minutes=40)
            stop = {
                "transactionId": number,
                "meterStop": 11000,
                "timestamp": clock.now().isoformat(),
                "reason": "Remote",
            }
            await station.call("StopTransaction", stop)

            async def receipt() -> str | None:
                said = text(await guest.get(visit))
                return said if "Paid with" in said else None

            said = await until(receipt)
            late = await guest.post(f"{visit}/target", data={"target_kind": "energy", "target_value": "30"})
            assert (late.status_code, late.headers["location"]) == (303, visit)
            assert "€5.95" in said
            assert "VAT 19 % €0.95" in said
            pdf = await guest.get(f"{visit}/receipt.pdf")
            assert pdf.content.startswith(b"%PDF-")
            assert pdf.headers["content-type"] == "application/pdf"
            (row,) = await DB.run("SELECT * FROM payment")
            assert (row["state"], str(row["captured_amount"])) == ("captured", "5.9500")
            await cdrs.credit(node.ctx, row["transaction"], Decimal(2), "It was slow", RefundTarget.CARD, None)
            said = text(await guest.get(visit))
            assert "Credit note CN-2026-00001" in said
            assert "It was slow" in said
            assert "€2.00 go back to your card." in said
            note = await guest.get(f"{visit}/corrections/CN-2026-00001")
            assert note.content.startswith(b"%PDF-")
            assert (await guest.get(f"{visit}/corrections/CN-2026-00002")).status_code == 404
            # Nobody else's list of cards knows the guest.
            assert await DB.run("SELECT 1 FROM id_token WHERE value LIKE 'GST%'")
            assert node.ctx.settings.smtp_host == ""
            assert "Send the receipt" not in said


async def _targets(guest: httpx.AsyncClient, visit: str, stranger: str) -> None:
    """Set, changed and taken away while it charges, without script; the page with the form doesn't reload."""
    address = f"{visit}/target"
    form = await guest.get(address)
    assert "Stop by itself" in text(form)
    assert 'http-equiv="refresh"' not in form.text
    for kind, value, advice in (
        ("money", "1", "Choose a higher target"),
        ("energy", "much", "This target can't be reached"),
        ("soul", "5", "This target can't be reached"),
    ):
        refused = await guest.post(address, data={"target_kind": kind, "target_value": value})
        assert refused.status_code == 400
        assert advice in text(refused)
        assert f'value="{value}"' in refused.text
    for kind, value, said in (
        ("energy", "20", "20 kWh"),
        ("money", "12,50", "€12.50"),
        ("minutes", "90", "90 min"),
    ):
        done = await guest.post(address, data={"target_kind": kind, "target_value": value})
        assert (done.status_code, done.headers["location"]) == (303, visit)
        page = text(await guest.get(visit))
        assert f"Stops by itself at {said}" in page
        assert "Change where it stops" in page
        assert f'value="{value.replace(",", ".")}"' in (await guest.get(address)).text
    assert (await guest.post(address, data={"target_value": ""})).status_code == 303
    assert "Stops by itself" not in text(await guest.get(visit))
    assert (await guest.get(f"{stranger}/target")).status_code == 404
    assert (await guest.post(f"{stranger}/target", data={"target_value": "5"})).status_code == 404


async def until(found: Callable[[], Awaitable[str | None]]) -> str:
    async with asyncio.timeout(15):
        while True:
            if (said := await found()) is not None:
                return said
            await asyncio.sleep(0.05)


def _start(guest: httpx.AsyncClient, form: dict[str, str]) -> Any:
    return _post(guest, "/qr/HH-01/1", form)


def _post(guest: httpx.AsyncClient, path: str, form: dict[str, str] | None = None) -> Any:
    return asyncio.ensure_future(guest.post(path, data=form or {}))


@pytest.fixture
async def node(db: str) -> AsyncIterator[Node]:
    async with running_node(db) as one:
        service.starts._failures.clear()
        yield one


async def test_a_connector_that_cannot_be_used_says_what_to_do_next(node: Node) -> None:
    tariff = await node.add_tariff()
    location_id = await world.add_location(node.tenant_id)
    dead = await world.add_station(node.tenant_id, "DEAD", location_id=location_id)
    await world.add_connector(dead, tariff_id=tariff)
    near = await world.add_station(node.tenant_id, "NEAR", location_id=location_id, online=True, name="Near one")
    await world.add_connector(near, tariff_id=tariff)
    faulted = await world.add_connector(near, 2, tariff_id=tariff, status="faulted")
    far = await world.add_location(node.tenant_id, "Station square", latitude=53.56)
    await world.add_connector(await world.add_station(node.tenant_id, "FAR", location_id=far, online=True))
    assert faulted
    async with phone(node) as guest:
        said = text(await guest.get("/qr/DEAD/1"))
        assert "This charger is offline" in said
        assert "Use another charger" in said
        assert "Near one · 1" in said
        assert "Station square" in said
        assert "away" in said
        said = text(await guest.get("/qr/NEAR/2?lang=de"))
        assert "meldet eine Störung" in said
        assert "Betreiber sieht die Störung" in said
        for path in ("/qr/NOBODY", "/qr/NEAR/9", "/qr/NEAR/x", "/visit/x", "/qr/%00/1"):
            answer = await guest.get(path)
            assert answer.status_code == 404, path
            assert "not known" in text(answer)
        for path in ("/qr/NOBODY/1", "/visit/x/stop", "/visit/x/target", "/visit/x/mail", "/visit/x/report"):
            answer = await guest.post(path, data={"email": "a@b.example"})
            assert answer.status_code == 404, path
            assert "not known" in text(answer)


async def test_forms_are_good_once_here_and_for_a_while(node: Node) -> None:
    await node.add_station("HH-01", tariff_id=await node.add_tariff())
    async with node.booted("HH-01") as station, phone(node) as guest:
        await station.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
        page = await guest.get("/qr/HH-01/1")
        foreign = await guest.post("/qr/HH-01/1", data={"key": key(page)}, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403
        forged = await guest.post("/qr/HH-01/1", data={"key": "x" * 90})
        assert (forged.status_code, "price once more" in text(forged)) == (400, True)
        wrong = await guest.post("/qr/HH-01/1", data={"key": key(page), "email": "<b>@"})
        assert "no e-mail address" in text(wrong)
        declined = await guest.post("/qr/HH-01/1", data={"key": key(page), "card": "declined"})
        assert declined.status_code == 402
        assert "Try another card" in text(declined)
        assert "HH-01" in text(declined)
        for _ in range(9):
            form = {"key": key(await guest.get("/qr/HH-01/1")), "card": "declined"}
            answer = await guest.post("/qr/HH-01/1", data=form)
            assert answer.status_code == 402
        many = await guest.post("/qr/HH-01/1", data={"key": key(await guest.get("/qr/HH-01/1"))})
        assert many.status_code == 429
        assert await DB.run("SELECT 1 FROM transaction WHERE state <> 'failed'") == []


async def test_sheets_of_codes(node: Node) -> None:
    await node.add_station("HH 01/ä".replace("/", "-"), connectors=5)
    client = await node.client()
    answer = await client.get("/api/v1/stations/HH%2001-ä/qr-sheet")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"] == 'attachment; filename="qr-HH-01-ae.pdf"'
    assert len(re.findall(rb"/Type /Page\b", answer.content)) == 2
    (location,) = await DB.run("SELECT id FROM location")
    assert (await client.get(f"/api/v1/locations/{location['id']}/qr-sheet")).status_code == 200


def test_links_can_not_be_guessed() -> None:
    visit, connector, now = uuid4(), uuid4(), utc_now()
    token = rules.visit_token("secret", visit)
    assert rules.visit_of("secret", token) == visit
    assert rules.visit_of("other", token) is None
    assert rules.visit_of("secret", rules.visit_token("secret", uuid4())[:22] + token[22:]) is None
    form = rules.form_key("secret", connector, visit, now)
    assert rules.visit_of_form("secret", connector, form, now) == visit
    assert rules.visit_of_form("secret", uuid4(), form, now) is None
    assert rules.visit_of_form("secret", connector, form, now + timedelta(minutes=31)) is None
    assert rules.visit_of_form("secret", connector, form + "ä", now) is None
    assert rules.visit_of_form("secret", connector, UUID(int=0).hex + form[32:], now) is None


async def test_a_guest_reports_a_problem_and_reads_what_became_of_it(db: str, clock: Clock) -> None:
    async with running_node(db, clock=clock) as node:
        [outlet] = await node.add_station("HH-01")
        async with node.booted("HH-01"), phone(node) as guest:
            page = await guest.get("/qr/HH-01/1")
            assert 'href="/qr/HH-01/1/report"' in page.text
            form = text(await guest.get("/qr/HH-01/1/report?lang=de"))
            assert "Was stimmt nicht?" in form
            assert "Das Kabel klemmt" in form
            sent = await guest.post("/qr/HH-01/1/report", data={"kind": "cable_stuck", "words": "<b>stuck</b>"})
            assert (sent.status_code, sent.headers["location"]) == (303, "/qr/HH-01/1/report?sent=1")
            said = text(await guest.get("/qr/HH-01/1/report?sent=1"))
            assert "The cable is stuck : <b>stuck</b>" in said
            assert "Thank you. Somebody looks after it." in said
            assert "Send the report" not in said
            [row] = await DB.run("SELECT kind, there, account, reporter FROM driver_report")
            assert (row["kind"], row["there"], row["account"]) == ("cable_stuck", False, None)
            assert row["reporter"].startswith("address:")
            for wrong, words, status in (
                ({"kind": "hacked"}, "Choose what is wrong.", 400),
                ({}, "Choose what is wrong.", 400),
                ({"kind": "other", "words": "  "}, "Say in a few words what is wrong.", 400),
            ):
                answer = await guest.post("/qr/HH-01/1/report", data=wrong)
                assert (answer.status_code, words in text(answer)) == (status, True)
            forged = await guest.post(
                "/qr/HH-01/1/report", data={"kind": "damage"}, headers={"Sec-Fetch-Site": "cross-site"}
            )
            assert forged.status_code == 400
            for _ in range(9):
                last = await guest.post("/qr/HH-01/1/report", data={"kind": "cable_stuck"})
            assert last.status_code == 429
            assert (await guest.get("/qr/NOBODY/1/report")).status_code == 404
            assert (await guest.post("/qr/NOBODY/1/report", data={"kind": "damage"})).status_code == 404
            assert (await guest.post("/visit/nothing/report", data={"kind": "damage"})).status_code == 404
            # From the page of a session: whoever holds its link had stood there.
            visit_id = uuid4()
            await DB.run(
                "INSERT INTO guest_visit (id, tenant, connector) VALUES ($1, $2, $3)", visit_id, node.tenant_id, outlet
            )
            station_id = (await DB.run("SELECT station FROM connector WHERE id = $1", outlet))[0]["station"]
            session = await world.add_transaction(station_id, outlet, state="failed")
            await DB.run("UPDATE transaction SET id = $1 WHERE id = $2", visit_id, session)
            visit = f"/visit/{rules.visit_token(node.ctx.settings.secret, visit_id)}"
            assert f'href="{visit}/report"' in (await guest.get(visit)).text
            sent = await guest.post(f"{visit}/report", data={"kind": "screen_dark"})
            assert sent.status_code == 429  # the same address
        async with phone(node) as other:
            sent = await other.post(f"{visit}/report", data={"kind": "screen_dark"})
            assert sent.headers["location"] == f"{visit}/report?sent=1"
            assert "The screen is dark" in text(await other.get(visit))
            [row] = await DB.run("SELECT there FROM driver_report WHERE kind = 'screen_dark'")
            assert row["there"]
            [incident] = await DB.run("SELECT id FROM incident WHERE rule = 'driver_reports'")
            await alerts.close(node.ctx, node.tenant_id, incident["id"])
            assert "It works again." in text(await other.get(visit))
