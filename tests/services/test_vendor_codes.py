"""What makers mean by codes of their own: the house's list, a tenant's words, and codes nobody knew."""

import asyncio
from uuid import UUID

import pytest

from backend.alerts import service, vendor_codes
from backend.alerts.rules.causes import CAUSES
from backend.alerts.rules.connector_faulted import ERRORS
from backend.context import Context
from backend.db.engine import DB
from backend.errors import InvalidInput, NotFound
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.faults import CodeMeaningSet
from shared.operations import Incident, Severity
from shared.stations import ConnectorStatus
from tests import world
from tests.conftest import Clock


def context(clock: Clock) -> Context:
    return world.make_context(clock, world.handlers_of(service))


async def reported(
    clock: Clock, ctx: Context, tenant_id: UUID, identity: str, vendor: str, code: str, error: str = "OtherError"
) -> Incident:
    """What an operator sees after a station of this vendor said so."""
    station_id = await world.add_station(tenant_id, identity)
    await DB.run("UPDATE charging_station SET vendor = $2 WHERE id = $1", station_id, vendor)
    clock.advance(minutes=5)  # not a storm
    await say(ctx, station_id, code, error)
    found = await service.open_incidents(ctx, tenant_id)
    return next(one for one in found if one.station_identity == identity)


async def say(ctx: Context, station_id: UUID, code: str, error: str = "OtherError") -> None:
    report = StatusReport(
        evse=1, status=ConnectorStatus.FAULTED, at=ctx.now(), error_code=error, vendor_error_code=code, info="K7"
    )
    await stations.connector_status(ctx, station_id, report)


def test_the_house_list_is_whole() -> None:
    meanings = [one for _, _, part in vendor_codes.house() for one in part.values()]
    assert len(meanings) >= 15
    assert all(one.code in ERRORS and one.title and one.advice.endswith(".") for one in meanings)


@pytest.mark.parametrize(
    ("vendor", "code", "name"),
    [
        ("Alfen BV", "102", "PowerSwitchFailure"), ("ALFEN", " 101 ", "GroundFailure"), ("Alfen", "999", None),
        ("ABB", "0X0400", "EVSEContactorFault"), ("ABB E-mobility", "0x2000", "UnderVoltage"),
        ("KEBA AG", "0xC001", "EVSEContactorFault"), ("Nobody", "102", None), ("", "", None),
    ],
)  # fmt: skip
def test_the_house_knows_codes_of_makers(vendor: str, code: str, name: str | None) -> None:
    found = vendor_codes.of_house(vendor, code)
    assert (found.code if found else None) == name


@pytest.mark.usefixtures("db")
async def test_the_standards_own_name_is_better_than_the_lists(clock: Clock) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    listed = await reported(clock, ctx, tenant_id, "A", "Alfen", "102")
    assert (listed.title, listed.severity) == ("Power board doesn't switch", Severity.CRITICAL)
    assert "vendor's code 102" in listed.detail
    named = await reported(clock, ctx, tenant_id, "B", "Alfen", "102", error="HighTemperature")
    assert named.title == "Too hot inside"
    shared = await reported(clock, ctx, tenant_id, "C", "Alfen", "CX008")
    assert shared.title == "Emergency stop pressed"
    assert (await vendor_codes.book(tenant_id)).unknown == []


@pytest.mark.usefixtures("db")
async def test_an_unknown_code_is_told_kindly_counted_and_learned(clock: Clock) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    strange = await reported(clock, ctx, tenant_id, "A", "Northwind", "E-107")
    assert strange.title == "Error of the maker's own"
    assert "add its meaning under Rules" in strange.advice
    await reported(clock, ctx, tenant_id, "B", "Northwind", "e-107")
    [unknown] = (await vendor_codes.book(tenant_id)).unknown
    assert (unknown.vendor, unknown.code, unknown.times, unknown.station) == ("northwind", "e-107", 2, "B")
    assert unknown.text == "K7"
    assert (await vendor_codes.book(await world.add_tenant("Sued"))).unknown == []
    wanted = CodeMeaningSet(
        vendor="Northwind", code="E-107", title="Door is open", severity=Severity.WARNING, advice="Close the door."
    )
    meant = await vendor_codes.put(ctx, tenant_id, wanted)
    assert (await vendor_codes.book(tenant_id)).unknown == []
    known = await reported(clock, ctx, tenant_id, "C", "Northwind", "E-107")
    assert (known.title, known.severity, known.advice) == ("Door is open", Severity.WARNING, "Close the door.")
    own = await reported(clock, ctx, tenant_id, "D", "Northwind", "E-107", error="HighTemperature")
    assert own.title == "Door is open"
    with pytest.raises(NotFound):
        await vendor_codes.remove(ctx, await world.add_tenant("Ost"), UUID(meant.id))
    await vendor_codes.remove(ctx, tenant_id, UUID(meant.id))
    assert (await reported(clock, ctx, tenant_id, "E", "Northwind", "E-107")).title == "Error of the maker's own"


@pytest.mark.usefixtures("db")
async def test_a_meaning_for_every_vendor_and_one_of_nothing(clock: Clock) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    await reported(clock, ctx, tenant_id, "A", "Northwind", "77")
    await vendor_codes.put(ctx, tenant_id, CodeMeaningSet(code="77", title="Fan stands still"))
    assert (await vendor_codes.book(tenant_id)).unknown == []
    assert (await reported(clock, ctx, tenant_id, "B", "Other", "77")).title == "Fan stands still"
    with pytest.raises(InvalidInput):
        await vendor_codes.put(ctx, tenant_id, CodeMeaningSet(code="\0 ", title="x"))


@pytest.mark.usefixtures("db")
async def test_a_station_that_makes_up_codes_fills_no_disk(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.alerts.rules_store.MOST_UNKNOWN", 3)
    ctx, tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    for number in range(6):
        await vendor_codes.count_unknown(ctx, tenant_id, station_id, "", f"x{number}", "")
    await vendor_codes.count_unknown(ctx, tenant_id, station_id, "", "x0", "")
    assert {one.code: one.times for one in (await vendor_codes.book(tenant_id)).unknown} == {"x0": 2, "x1": 1, "x2": 1}


def test_causes_are_known_for_every_name_of_the_list() -> None:
    assert {one.code for _, _, part in vendor_codes.house() for one in part.values()} <= set(CAUSES)


@pytest.mark.usefixtures("db")
async def test_a_storm_of_one_code_waits_for_nobody(clock: Clock) -> None:
    """Many stations report the same unknown code at once: none waits for another's transaction to count it."""
    ctx, tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    counted, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with ctx.unit():
            await vendor_codes.count_unknown(ctx, tenant_id, station_id, "", "x1", "")
            counted.set()
            await go_on.wait()

    task = asyncio.create_task(slow())
    await counted.wait()
    async with asyncio.timeout(5):
        await vendor_codes.count_unknown(ctx, tenant_id, station_id, "", "x1", "")
    go_on.set()
    await task
    assert [one.times for one in (await vendor_codes.book(tenant_id)).unknown] == [1]


@pytest.mark.usefixtures("db")
async def test_the_whole_dictionary_says_what_each_code_is_told(clock: Clock) -> None:
    """Looking back asks for all codes of a vendor at once; live they are asked one by one."""
    ctx, tenant_id = context(clock), await world.add_tenant()
    for vendor, code, title in (
        ("", "102", "Of anybody"), ("Alfen", "102", "Ours"), ("", "E9", "Nine"), ("ABB", "E9", "Another's"),
    ):  # fmt: skip
        await vendor_codes.put(ctx, tenant_id, CodeMeaningSet(code=code, title=title, vendor=vendor))
    for vendor in ("Alfen", "Alfen BV", "ABB", "Nobody", ""):
        said = await vendor_codes.dictionary(tenant_id, vendor)
        for code in ("102", " 102", "101", "E9", "e9 ", "", "0x2000", "nothing"):
            assert said(code) == await vendor_codes.meaning(tenant_id, vendor, code), (vendor, code)
