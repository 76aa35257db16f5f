"""What stations did against what is stored: after kills, cuts and restarts nothing answered is lost or doubled."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from backend.authorization import service as authorization
from backend.bus.local import LocalBus
from backend.context import Context
from backend.db import engine
from backend.settings import Settings
from backend.tariffs import service as tariffs
from backend.tariffs.model import Tariff
from backend.tenants import service as tenants
from tests import world
from tests.support.stubborn_station import StubbornStation

Query = Callable[[str], Awaitable[list[Any]]]


async def furnish(database_url: str, identities: Sequence[str]) -> None:
    """A price of 0.40 for each kWh, a card, and stations with an outlet each."""
    await engine.connect(database_url, pool_min=1, pool_max=2)
    try:
        ctx = Context(settings=Settings(secret=world.SECRET), bus=LocalBus())
        tenant = await tenants.ensure(ctx, name="Test")
        prices = {"elements": [{"price_components": [{"type": "ENERGY", "price": "0.40"}]}]}
        await tariffs.add(ctx, tenant.id, "Test", msgspec.convert(prices, Tariff, strict=False))
        await authorization.add_card(ctx, tenant.id, "CARD-1")
        for identity in identities:
            await world.add_connector(await world.add_station(tenant.id, identity))
    finally:
        await engine.disconnect()


async def exactly_what_was_said(query: Query, stations: Sequence[StubbornStation]) -> None:
    """Every session with its energy, readings, messages and bill, once; nothing else."""
    for one in stations:
        identity = one.identity
        rows = await query(
            f"""SELECT t.energy_wh, t.state, t.flags, t.meter_start_wh,
                (SELECT count(*) FROM transaction_message m WHERE m.transaction = t.id) AS messages,
                ARRAY(SELECT energy_wh FROM transaction_reading r WHERE r.transaction = t.id ORDER BY at) AS readings
            FROM transaction t JOIN charging_station s ON s.id = t.station
            WHERE s.identity = '{identity}' ORDER BY t.number"""
        )
        assert [row["energy_wh"] for row in rows] == one.done, identity
        assert {(row["state"], row["flags"]) for row in rows} == {("ended", "[]")}
        messages, parts = {"1.6": (2, (0.3, 0.6, 1)), "2.0.1": (4, (0, 0.3, 0.6, 1))}[one.version]
        assert {row["messages"] for row in rows} == {messages}
        begins = [0, *itertools.accumulate(one.done[:-1])]  # the register, at the begin of each session
        assert [row["meter_start_wh"] for row in rows] == begins, identity
        told = [[begin + int(wh * part) for part in parts] for begin, wh in zip(begins, one.done, strict=True)]
        assert [row["readings"] for row in rows] == told, identity
    assert await query("SELECT 1 FROM transaction_message WHERE transaction IS NULL") == []
    sold = [Decimal(wh) * Decimal("0.40") / 1000 for one in stations for wh in one.done]
    expected = sorted(amount.quantize(Decimal("0.01")) for amount in sold)
    bills: list[Decimal] = []
    deadline = time.monotonic() + 40
    while len(bills) < len(expected) and time.monotonic() < deadline:
        bills = sorted(row["total_incl"] for row in await query("SELECT total_incl FROM cdr"))
        await asyncio.sleep(0.2)
    assert len(bills) == len(expected)
    assert all(abs(one - other) <= Decimal("0.005") for one, other in zip(bills, expected, strict=True))
