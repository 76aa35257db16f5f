"""What meters say: the energy that is billed is what flowed, or the last that can be believed."""

from decimal import Decimal
from typing import Any

import pytest

from backend.cdrs.rules import NEEDS_DECISION, doubts
from tests.support.node import Node
from tests.support.wire import Json, Meter201, Session16, bill, card, only_session, stamp

KWH: Json = {"unit": "kWh"}
REGISTER = "Energy.Active.Import.Register"
EXPORT = "Energy.Active.Export.Register"


async def the_bill(node: Node) -> tuple[Decimal, int, set[str]]:
    operator = await node.client()
    total, wh = await bill(operator, (await only_session(operator))["id"])
    assert total == Decimal(wh) * Decimal("0.40") / 1000
    return total, wh, set((await only_session(operator))["flags"])


def told(flags: set[str]) -> set[str]:
    """With the flag of what is never billed silently: an operator decides."""
    return flags | {NEEDS_DECISION} if doubts(flags) else flags


@pytest.fixture
async def meter_station(node: Node) -> Any:
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    async with node.booted("CP-1") as station:
        yield station


CURVES: dict[str, tuple[list[list[Json]], int, int, set[str]]] = {
    # name: (sampled values of readings 20 and 10 minutes ago, meterStop, Wh billed, flags); meterStart is 1000
    "plain": ([[{"value": "3000"}], [{"value": "5000"}]], 6000, 5000, set()),
    "kWh beside Wh": ([[{"value": "3.0"} | KWH], [{"value": "5000"}]], 6000, 5000, set()),
    "Wh labelled kWh": ([[{"value": "3000"} | KWH], [{"value": "5000"} | KWH]], 6000, 5000, {"unit_mended"}),
    "kWh labelled Wh": ([[{"value": "3"}], [{"value": "5"}]], 6000, 5000, {"unit_mended"}),
    "phases without a total": (
        [[{"value": str(wh), "phase": phase} for phase, wh in (("L1", 1000), ("L2", 1000), ("L3", 1000))]],
        6000,
        5000,
        set(),
    ),
    "export where import is meant": ([[{"value": "3000", "measurand": EXPORT}]], 6000, 5000, set()),
    "both directions": (
        [[{"value": "7", "measurand": EXPORT}, {"value": "3000", "measurand": REGISTER}]],
        6000,
        5000,
        set(),
    ),
    "numbers where texts belong": ([[{"value": 3000}], [{"value": 5000.0}]], 6000, 5000, set()),
    "empty lists": ([[], []], 6000, 5000, set()),
    "nonsense": ([[{"value": "n/a"}], [{"value": ""}], [{"value": "NaN"}], [{"value": "1e999"}]], 6000, 5000, set()),
    "comma": ([[{"value": "3,5", "unit": "kWh"}]], 6000, 5000, set()),
    "an unknown unit and measurand": (
        [[{"value": "3000", "unit": "Wattstunden"}, {"value": "1", "measurand": "X.Y"}]],
        6000,
        5000,
        set(),
    ),
    "a register that goes backwards": ([[{"value": "5000"}], [{"value": "200"}]], 6000, 5000, {"meter_backwards"}),
    "a register that jumps by 10^9": ([[{"value": "1000003000"}], [{"value": "5000"}]], 6000, 5000, {"meter_jump"}),
    "a stop that jumps by 10^9": ([[{"value": "5000"}]], 1_000_000_000, 4000, {"meter_jump", "estimated"}),
    "meterStop 0": ([[{"value": "5000"}]], 0, 4000, {"meter_backwards", "estimated"}),
    "a negative session": ([], 500, 0, {"meter_backwards", "estimated"}),
    "the stop below the last reading": ([[{"value": "5000"}]], 4000, 3000, {"meter_backwards"}),
    "no meter values at all": ([], 6000, 5000, set()),
    "readings and a stop of zero energy": ([[{"value": "1000"}]], 1000, 0, set()),
    "signed data beside it": ([[{"value": "AAAA", "format": "SignedData"}, {"value": "3000"}]], 6000, 5000, set()),
    "the car's own meter": (
        [[{"value": "99", "location": "EV"}, {"value": "3000", "location": "Outlet"}]],
        6000,
        5000,
        set(),
    ),
}


@pytest.mark.parametrize("name", CURVES)
async def test_energy_of_a_16_session(node: Node, meter_station: Any, name: str) -> None:
    readings, stop_wh, billed, flags = CURVES[name]
    session = Session16(meter_station)
    await session.started(1000)
    for number, sampled in enumerate(readings):
        await session.meter(20 - 5 * number, *sampled)
    await session.stopped(stop_wh)
    assert (await the_bill(node))[1:] == (billed, told(flags))


async def test_a_reading_just_before_the_stop_never_races_with_it(node: Node, meter_station: Any) -> None:
    session = Session16(meter_station)
    await session.started(0)
    reading = {"timestamp": stamp(0.01), "sampledValue": [{"value": "4900"}]}
    one = await meter_station.send(
        "MeterValues", {"connectorId": 1, "transactionId": session.number, "meterValue": [reading]}
    )
    two = await meter_station.send(
        "StopTransaction", {"transactionId": session.number, "meterStop": 5000, "timestamp": stamp(0)}
    )
    for message_id in (one, two):
        assert (await meter_station.answer_to(message_id))[0] == 3
    assert (await the_bill(node))[:2] == (Decimal("2.00"), 5000)


async def test_transaction_data_of_the_stop_counts(node: Node, meter_station: Any) -> None:
    session = Session16(meter_station)
    await session.started(0)
    data = [{"timestamp": stamp(ago), "sampledValue": [{"value": str(wh)}]} for ago, wh in ((20, 500), (10, 900))]
    await session.stopped(0, transactionData=data)
    assert (await the_bill(node))[1:] == (900, told({"meter_backwards", "estimated"}))


CURVES_201: dict[str, tuple[list[Json], int, set[str]]] = {
    # name: (what Started, Updated… and Ended carry as meterValue; None leaves it out), Wh billed, flags
    "registers": ([{"value": 1000}, {"value": 3000}, {"value": 6000}], 5000, set()),
    "kWh": ([{"value": 1.0, "unitOfMeasure": KWH}, {"value": 6.0, "unitOfMeasure": KWH}], 5000, set()),
    "multiplier": ([{"value": 1, "unitOfMeasure": {"unit": "Wh", "multiplier": 3}}, {"value": 6000}], 5000, set()),
    "texts where numbers belong": ([{"value": "1000"}, {"value": "6000"}], 5000, set()),
    "backwards at the end": ([{"value": 1000}, {"value": 5000}, {"value": 10}], 4000, {"meter_backwards", "estimated"}),
    "a jump at the end": ([{"value": 1000}, {"value": 5000}, {"value": 10**9}], 4000, {"meter_jump", "estimated"}),
}


@pytest.mark.parametrize("name", CURVES_201)
async def test_energy_of_a_201_session(node: Node, name: str) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    values, billed, flags = CURVES_201[name]
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station)
        for number, sampled in enumerate(values):
            ago = 30 - 10 * number
            carried = [{"timestamp": stamp(ago), "sampledValue": [sampled]}]
            if number == 0:
                await meter.started(minutes_ago=ago, token="CARD-1", meterValue=carried)
            elif number < len(values) - 1:
                await meter.updated(minutes_ago=ago, meterValue=carried)
            else:
                await meter.ended(minutes_ago=ago, meterValue=carried)
    assert (await the_bill(node))[1:] == (billed, told(flags))


async def test_an_empty_meter_value_list(node: Node) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station)
        await meter.started(minutes_ago=20, token="CARD-1", wh=0)
        await meter.updated(minutes_ago=10, meterValue=[])
        await meter.updated(minutes_ago=9, meterValue=[{"timestamp": stamp(9), "sampledValue": []}])
        await meter.updated(minutes_ago=8, meterValue=None)
        await meter.ended(meterValue=[], customData={"novendor": 1})
        assert (await the_bill(node))[1] == 0


async def test_energy_without_a_right_to_it_is_kept_and_never_billed(node: Node) -> None:
    await node.add_tariff()
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station)
        assert (await meter.started(minutes_ago=20, token="NOBODY", wh=0))["idTokenInfo"]["status"] == "Invalid"
        await meter.updated(minutes_ago=10, wh=700)
        await meter.ended(wh=900)
        session = await only_session(operator)
        assert (session["state"], session["energy_wh"], session["cost"]) == ("failed", 900, None)
        assert set(session["flags"]) == {"not_authorized", "energy_without_authorization"}
