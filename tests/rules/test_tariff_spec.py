"""Prices that OCPI 2.2.1 tells in words (mod_tariffs), and what follows from its rules: computed by hand."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from backend.tariffs.vectors import priced, read

START = {"type": "FLAT", "price": 0.5, "vat": 20, "step_size": 1}
ENERGY = {"type": "ENERGY", "price": 0.25, "vat": 10, "step_size": 1}
RESERVED, EXPIRES = {"reservation": "RESERVATION"}, {"reservation": "RESERVATION_EXPIRES"}


def element(*components: dict[str, Any], **restrictions: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"price_components": list(components)}
    return found | {"restrictions": restrictions} if restrictions else found


def time(price: float, step: int, vat: float | None = 20, kind: str = "TIME") -> dict[str, Any]:
    return {"type": kind, "price": price, "step_size": step} | ({} if vat is None else {"vat": vat})


def part(kind: str, start: str, minutes: float, kwh: float = 0, **measured: float) -> dict[str, Any]:
    at = start if "T" in start else f"2019-03-05T{start}"
    return {"kind": kind, "start": at, "minutes": minutes, "kwh": kwh} | measured


CHARGED = part("TIME", "10:00", 60, 20)
FEE = element(START, ENERGY)
EXPIRE_FEE = [
    element({"type": "FLAT", "price": 4, "vat": 20, "step_size": 1}, **EXPIRES),
    element(time(2, 600), **RESERVED),
    FEE,
]
EXPIRE_TIME = [element(time(6, 600), **EXPIRES), element(time(3, 600), **RESERVED), FEE]
COMPLEX = [
    element({"type": "FLAT", "price": 2.5, "vat": 15, "step_size": 1}),
    element(time(1, 900), max_current=32),
    element(time(2, 600), min_current=32, day_of_week=["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]),
    element(time(1.25, 600), min_current=32, day_of_week=["SATURDAY", "SUNDAY"]),
    element(
        time(5, 300, 10, "PARKING_TIME"),
        start_time="09:00",
        end_time="18:00",
        day_of_week=["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
    ),
    element(time(6, 300, 10, "PARKING_TIME"), start_time="10:00", end_time="17:00", day_of_week=["SATURDAY"]),
]
STEPS = [
    element(time(1.2, 1800, None), time(1, 900, None, "PARKING_TIME"), start_time="00:00", end_time="17:00"),
    element(time(2.4, 900, None), time(1, 900, None, "PARKING_TIME"), start_time="17:00", end_time="20:00"),
    element(time(2.4, 900, None), start_time="20:00", end_time="00:00"),
]
SUPERMARKET = [
    element({"type": "ENERGY", "price": 0, "step_size": 1}, max_duration=1800),
    element({"type": "ENERGY", "price": 0.25, "step_size": 1}, max_duration=3600),
    element({"type": "ENERGY", "price": 0.4, "step_size": 1}),
]
CAPPED = {"max_price": {"excl_vat": 10, "incl_vat": 11}}
LEAST = {"min_price": {"excl_vat": 0.5, "incl_vat": 0.55}}
FIRST_KWH = [element({"type": "ENERGY", "price": 0, "step_size": 1}, max_kwh=1), element(ENERGY)]

CASES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], str, str, dict[str, Any]]] = {
    "start fee": ([FEE], [CHARGED], "5.5", "6.1", {}),
    "below the least": ([element(ENERGY)], [part("TIME", "10:00", 60, 1)], "0.5", "0.55", LEAST),
    "above the most": ([FEE], [part("TIME", "10:00", 60, 50)], "10", "11", CAPPED),
    "by the hour": ([element(time(2, 60, 10))], [part("TIME", "10:00", 150, 10)], "5", "5.5", {}),
    "parked by the hour of charging": (
        [element(time(2, 60, 10))],
        [part("TIME", "10:00", 150, 10), part("PARKING_TIME", "12:30", 60)],
        "5",
        "5.5",
        {},
    ),
    "every five minutes": ([element(time(1.9, 300, 5.2))], [part("TIME", "10:00", 150, 10)], "4.75", "4.997", {}),
    "a Monday, 16 A": (
        COMPLEX,
        [
            part("TIME", "2019-03-04T09:30", 147, 10, current_a=16),
            part("PARKING_TIME", "2019-03-04T11:57", 42, current_a=0),
        ],
        "8.7",
        "9.94",
        {},
    ),
    "a Sunday: nothing for parking": (
        COMPLEX,
        [
            part("TIME", "2019-03-10T13:30", 114, 10, current_a=43),
            part("PARKING_TIME", "2019-03-10T15:24", 71, current_a=0),
        ],
        "5",
        "5.875",
        {},
    ),
    "reserved, with a fee": (
        [element({"type": "FLAT", "price": 2, "vat": 20, "step_size": 1}, time(5, 300), **RESERVED), FEE],
        [part("RESERVATION", "09:47", 13), CHARGED],
        "8.75",
        "10",
        {},
    ),
    "expired after an hour, with a fee for that": (EXPIRE_FEE, [part("EXPIRED", "09:00", 60)], "6", "7.2", {}),
    "expired, dearer by the hour": (EXPIRE_TIME, [part("EXPIRED", "09:00", 90)], "9", "10.8", {}),
    "the same, whatever comes first": (EXPIRE_TIME[1::-1], [part("EXPIRED", "09:00", 90)], "9", "10.8", {}),
    "expired, and no price for that": (EXPIRE_TIME[1:], [part("EXPIRED", "09:00", 22)], "1.5", "1.8", {}),
    "over 17:00, stepped in total": (STEPS, [part("TIME", "16:35", 35, 5)], "1.3", "1.3", {}),
    "over 20:00, parking free by then": (
        STEPS,
        [part("TIME", "19:55", 10, 5), part("PARKING_TIME", "20:05", 2)],
        "0.6",
        "0.6",
        {},
    ),
    "half an hour free": (
        SUPERMARKET,
        [part("TIME", "10:00", 30, 5), part("TIME", "10:30", 10, 1.2)],
        "0.3",
        "0.3",
        {},
    ),
    "free, dear, dearer": (SUPERMARKET, [part("TIME", "10:00", 90, 9)], "1.95", "1.95", {}),
    "125 Wh at once": (
        [element(ENERGY | {"step_size": 25})],
        [part("TIME", "10:00", 1, 0.1152)],
        "0.0313",
        "0.0344",
        {},
    ),
    "the first kWh free": (FIRST_KWH, [CHARGED], "4.75", "5.225", {}),
    "over midnight": (
        [element(time(1, 1, None), start_time="22:00", end_time="06:00"), element(time(2, 1, None))],
        [part("TIME", "2019-03-05T21:00", 600, 30)],
        "12",
        "12",
        {},
    ),
    "a day that ends at midnight": (
        [element(time(1, 1, None), start_date="2019-03-05", end_date="2019-03-06"), element(time(2, 1, None))],
        [part("TIME", "2019-03-05T23:00", 120, 3)],
        "3",
        "3",
        {},
    ),
    # 01:00 to 05:00 by the clock are three hours, 02:30 is skipped: dear from 03:00 on, which comes after one hour.
    "the clock put forward": (
        [element(time(1, 1, None), end_time="02:30"), element(time(2, 1, None))],
        [part("TIME", "2026-03-29T01:00", 180, 3)],
        "5",
        "5",
        {},
    ),
    # 01:30 to 03:30 by the clock are three hours: 02:30 comes twice, and what is cheap before it is so twice.
    "the clock put back": (
        [element(time(1, 1, None), end_time="02:30"), element(time(2, 1, None))],
        [part("TIME", "2026-10-25T01:30", 180, 3)],
        "4.5",
        "4.5",
        {},
    ),
    "a gap counts for the duration": (
        SUPERMARKET,
        [part("TIME", "10:00", 10, 5), part("TIME", "10:40", 10, 1.2)],
        "0.3",
        "0.3",
        {},
    ),
    "16 kW is not below 16 kW": (
        [element(ENERGY | {"price": 0.2}, max_power=16), element(ENERGY | {"price": 0.35})],
        [part("TIME", "10:00", 60, 16, power_kw=16)],
        "5.6",
        "6.16",
        {},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_as_the_specification_counts(name: str) -> None:
    elements, segments, excl, incl, more = CASES[name]
    raw = {"id": name, "tariff": {"currency": "EUR", "elements": elements} | more, "segments": segments}
    (vector,) = read(msgspec.json.encode({"vectors": [raw]}))
    bill = priced(vector, ZoneInfo("Europe/Berlin"))
    assert (bill.total_excl_vat, bill.total_incl_vat) == (Decimal(excl), Decimal(incl))
