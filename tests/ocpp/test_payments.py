"""Money around a session: held before, captured after, given back where nothing came of it, and never twice."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.db.engine import DB
from backend.payments.providers import PROVIDERS
from backend.payments.providers.base import Declined, Unavailable
from backend.payments.providers.demo import DemoProvider
from shared.accounts import Role
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, Session16, asked, card, eventually, key, only_session, sessions, until

ACCEPTED: Json = {"status": "Accepted"}


class ShakyProvider(DemoProvider):
    """In trouble for some captures and releases, then well again; what it took stands in `taken`."""

    def __init__(self, *, troubles: int = 0, declines: bool = False) -> None:
        self.troubles = troubles
        self.declines = declines
        self.taken: dict[str, Decimal] = {}
        self.given_back: set[str] = set()

    def _trouble(self) -> None:
        if self.troubles > 0:
            self.troubles -= 1
            raise Unavailable("The provider is in trouble.")

    async def capture(self, *, key: str, reference: str, amount: Decimal, currency: str) -> None:
        self._trouble()
        if self.declines:
            raise Declined("The card was reported stolen.")
        await super().capture(key=key, reference=reference, amount=amount, currency=currency)
        self.taken[key] = amount

    async def release(self, *, key: str, reference: str) -> None:
        self._trouble()
        await super().release(key=key, reference=reference)
        self.given_back.add(key)


def with_provider(monkeypatch: pytest.MonkeyPatch, provider: ShakyProvider) -> ShakyProvider:
    monkeypatch.setitem(PROVIDERS, "demo", provider)  # type: ignore[arg-type]  # a plain dict behind the Mapping
    return provider


async def tap(station: ScriptedStation, driver: httpx.AsyncClient, outlet: Any, reply: Json = ACCEPTED) -> Json:
    """A start from the app: the transaction as the API answered it."""
    _, answer = await asked(
        station, driver, "/api/v1/transactions", {"connector_id": str(outlet)}, "RemoteStartTransaction", reply
    )
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def charge(station: ScriptedStation, driver: httpx.AsyncClient, outlet: Any, wh: int) -> str:
    """A whole session from the app; its id."""
    transaction = await tap(station, driver, outlet)
    token = (await DB.run("SELECT id_token FROM transaction WHERE id = $1::uuid", transaction["id"]))[0]["id_token"]
    session = Session16(station, token=token)
    began = await session.started(0)
    assert began["transactionId"] == transaction["number"]
    await session.stopped(wh)
    return str(transaction["id"])


async def payment_is(client: httpx.AsyncClient, transaction_id: str, state: str) -> Json:
    path = f"/api/v1/transactions/{transaction_id}"
    found = await eventually(client, path, lambda d: d["payment"] and d["payment"]["state"] == state, 20)
    return dict(found["payment"])


async def test_a_capture_that_fails_is_tried_again_and_taken_once(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = with_provider(monkeypatch, ShakyProvider(troubles=2))
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        transaction_id = await charge(station, driver, outlet, 10_000)
        payment = await payment_is(driver, transaction_id, "captured")
        assert Decimal(payment["captured"]["amount"]) == Decimal("4.00")
        assert list(provider.taken.values()) == [Decimal("4.00")]
        receipt = (await driver.get(f"/api/v1/transactions/{transaction_id}/receipt")).json()
        assert Decimal(receipt["paid"]["amount"]) == Decimal("4.00")


async def test_a_capture_refused_for_good_stays_a_debt(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    with_provider(monkeypatch, ShakyProvider(declines=True))
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        transaction_id = await charge(station, driver, outlet, 10_000)
        payment = await payment_is(driver, transaction_id, "failed")
        assert (payment["failure"], payment["captured"]) == ("The card was reported stolen.", None)
        receipt = (await driver.get(f"/api/v1/transactions/{transaction_id}/receipt")).json()
        assert (Decimal(receipt["total_incl"]["amount"]), Decimal(receipt["paid"]["amount"])) == (4, 0)
        assert (await only_session(driver))["state"] == "ended"


@pytest.mark.parametrize("node_settings", [{"hold_amount": "3.00"}])
async def test_more_than_was_held_is_taken_in_part_and_the_rest_is_owed(node: Node) -> None:
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        transaction_id = await charge(station, driver, outlet, 10_000)
        payment = await payment_is(driver, transaction_id, "captured")
        assert Decimal(payment["captured"]["amount"]) == Decimal("3.00")
        assert payment["failure"].startswith("1.00")


async def test_a_session_that_costs_nothing_gives_the_hold_back(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = with_provider(monkeypatch, ShakyProvider(troubles=1))
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        await payment_is(driver, await charge(station, driver, outlet, 0), "released")
        assert (len(provider.given_back), provider.taken) == (1, {})


@pytest.mark.parametrize(
    ("email", "code"), [("declined@x.org", "payment_declined"), ("unavailable@x.org", "payment_unavailable")]
)
async def test_a_hold_that_is_refused_asks_no_station(node: Node, email: str, code: str) -> None:
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER, email)
    async with node.booted("CP-1") as station:
        answer = await driver.post("/api/v1/transactions", json={"connector_id": str(outlet)}, headers=key())
        assert (answer.status_code, answer.json()["code"]) == (402, code)
        assert answer.json()["detail"]
        await station.expect_nothing()
        session = await only_session(driver)
        assert session["state"] == "failed"
        await until("SELECT count(*) FROM pgqueuer WHERE entrypoint IN ('payments.capture', 'payments.release')", 0)
        assert (await payment_is(driver, session["id"], "failed"))["held"] is not None
        # Nothing stands in the way of another try, by somebody else.
        await tap(station, await node.client(Role.DRIVER), outlet)


async def test_a_token_blocked_after_the_start_gives_the_hold_back(node: Node) -> None:
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        transaction = await tap(station, driver, outlet)
        token = (await DB.run("UPDATE id_token SET blocked_at = now() RETURNING value"))[0]["value"]
        assert (await Session16(station, token=token).started(0))["idTagInfo"]["status"] == "Blocked"
        assert (await only_session(driver))["state"] == "failed"
        await payment_is(driver, transaction["id"], "released")


async def test_a_station_that_never_begins_gives_the_hold_back(node: Node) -> None:
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        transaction = await tap(station, driver, outlet)
        # The driver gives up before the charger began: the same way back.
        stopped = await driver.post(f"/api/v1/transactions/{transaction['id']}/stop", headers=key())
        assert (stopped.status_code, stopped.json()["state"]) == (202, "failed")
        await payment_is(driver, transaction["id"], "released")


async def test_a_double_tap_starts_once(node: Node) -> None:
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    headers, body = key(), {"connector_id": str(outlet)}
    async with node.booted("CP-1") as station:
        taps = [asyncio.create_task(driver.post("/api/v1/transactions", json=body, headers=headers)) for _ in range(4)]
        message_id, _ = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, ACCEPTED)
        statuses = sorted([(await one).status_code for one in taps])
        assert statuses.count(202) >= 1
        assert set(statuses) <= {202, 409}
        again = await driver.post("/api/v1/transactions", json=body, headers=headers)
        assert again.status_code == 202
        assert again.json()["id"] == (await only_session(driver))["id"]
        assert len(await DB.run("SELECT 1 FROM payment")) == 1
        await station.expect_nothing()


async def test_two_drivers_on_one_connector(node: Node) -> None:
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    drivers = [await node.client(Role.DRIVER) for _ in range(2)]
    async with node.booted("CP-1") as station:
        posts = [
            asyncio.create_task(one.post("/api/v1/transactions", json={"connector_id": str(outlet)}, headers=key()))
            for one in drivers
        ]
        message_id, _ = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, ACCEPTED)
        answers = sorted([await one for one in posts], key=lambda answer: answer.status_code)
        assert [one.status_code for one in answers] == [202, 409]
        assert answers[1].json()["code"] == "connector_taken"
        assert len(await DB.run("SELECT 1 FROM payment")) == 1
        await station.expect_nothing()


async def test_one_driver_has_one_session_at_a_time(node: Node) -> None:
    """Also when both taps come at the same moment, at two stations."""
    tariff = await node.add_tariff()
    (one,) = await node.add_station("CP-1", tariff_id=tariff)
    (two,) = await node.add_station("CP-2", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)

    async def obliging(station: ScriptedStation) -> None:
        message_id, _ = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, ACCEPTED)

    async with node.booted("CP-1") as first, node.booted("CP-2") as second:
        waiting = [asyncio.create_task(obliging(station)) for station in (first, second)]
        answers = await asyncio.gather(
            *(
                driver.post("/api/v1/transactions", json={"connector_id": str(outlet)}, headers=key())
                for outlet in (one, two)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [202, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "already_charging"}
        for task in waiting:
            task.cancel()
        assert len(await sessions(driver)) == 1


async def test_somebody_elses_session_can_neither_be_seen_nor_stopped(node: Node) -> None:
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver, other = await node.client(Role.DRIVER), await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        transaction = await tap(station, driver, outlet)
        path = f"/api/v1/transactions/{transaction['id']}"
        assert (await other.get(path)).status_code == 404
        assert (await other.get(f"{path}/receipt")).status_code == 404
        assert (await other.post(f"{path}/stop", headers=key())).status_code == 404
        await station.expect_nothing()


async def test_another_stations_transaction_is_out_of_reach(node: Node) -> None:
    await node.add_station("CP-1")
    await node.add_station("CP-2")
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1") as one, node.booted("CP-2", "2.0.1") as two:
        session = Session16(one)
        await session.started(0)
        meter = Meter201(two, "ours")
        await meter.started(token="CARD-1", wh=0)
        thief = Session16(one)
        thief.number = (await sessions(operator))[1]["number"]
        await thief.stopped(99)
        await Meter201(two, str(session.number)).ended(wh=99)
        found = {one["number"]: one["state"] for one in await sessions(operator)}
        assert (found[session.number], found[thief.number]) == ("active", "active")
