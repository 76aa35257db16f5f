"""What simulated stations say during a measurement: frames built beforehand where that is possible.

Mix: 1 % boot, 30 % heartbeat, 20 % status, 49 % meter values with 8 samples (2.0.1: TransactionEvent).
"""

import json
import random
import re
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple

SHARES = {"boot": 1, "heartbeat": 30, "status": 20, "meter": 49}


class Step(NamedTuple):
    """One call as it goes over the wire, and how its answer must begin and what must be in it."""

    wire: bytes
    begins: bytes
    contains: bytes


Talk = Generator[Step, bytes, None]
"""Sent the answer to the last step, it yields the next one. The first step is the boot."""


def text_frame(payload: bytes) -> bytes:
    """A client's text frame. Its masking key is zero, so masking costs the load nothing; the server unmasks as ever."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return b"\x81" + length + b"\0\0\0\0" + payload


def step(message_id: str, action: str, payload: dict[str, Any], contains: bytes) -> Step:
    body = json.dumps([2, message_id, action, payload], separators=(",", ":")).encode()
    return Step(text_frame(body), f'[3,"{message_id}",'.encode(), contains)


def order() -> list[str]:
    """A hundred messages in the shares of the mix, well stirred, the same ones in every run."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    random.Random(16).shuffle(kinds)
    return kinds


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- OCPP 1.6 ------------------------------------------------------------------------------------------------

BOOT_16 = {
    "chargePointVendor": "Volta Nord",
    "chargePointModel": "Twin 22",
    "chargePointSerialNumber": "TW4100",
    "firmwareVersion": "3.4.1",
}


def meter_16(wh: int, transaction: int | None) -> dict[str, Any]:
    def sampled(value: str, measurand: str, unit: str, phase: str = "") -> dict[str, str]:
        one = {
            "value": value,
            "context": "Sample.Periodic",
            "format": "Raw",
            "measurand": measurand,
            "location": "Outlet",
            "unit": unit,
        }
        return one | ({"phase": phase} if phase else {})

    samples = [
        sampled(str(wh), "Energy.Active.Import.Register", "Wh"),
        sampled("10830.5", "Power.Active.Import", "W"),
        *(sampled("15.7", "Current.Import", "A", phase) for phase in ("L1", "L2", "L3")),
        *(sampled("229.8", "Voltage", "V", phase) for phase in ("L1-N", "L2-N", "L3-N")),
    ]
    known = {} if transaction is None else {"transactionId": transaction}
    return {"connectorId": 1, **known, "meterValue": [{"timestamp": _now(), "sampledValue": samples}]}


def status_16(number: int) -> dict[str, Any]:
    """Two of twenty tell of a pause, the next one of its end: the others repeat what is known."""
    word = "SuspendedEV" if number % 10 == 4 else "Charging"
    return {"connectorId": 1, "errorCode": "NoError", "status": word, "timestamp": _now()}


def _step_16(kind: str, message_id: str, number: int, wh: int, transaction: int | None) -> Step:
    if kind == "boot":
        return step(message_id, "BootNotification", BOOT_16, b'"Accepted"')
    if kind == "heartbeat":
        return step(message_id, "Heartbeat", {}, b'"currentTime"')
    if kind == "status":
        return step(message_id, "StatusNotification", status_16(number), b"{}")
    return step(message_id, "MeterValues", meter_16(wh, transaction), b"{}")


# --- OCPP 2.0.1 ----------------------------------------------------------------------------------------------

BOOT_201 = {
    "reason": "PowerUp",
    "chargingStation": {
        "vendorName": "Volta Nord",
        "model": "Twin 22",
        "serialNumber": "TW4100",
        "firmwareVersion": "3.4.1",
    },
}


def event_201(wh: float, seq_no: int, transaction: str, kind: str = "Updated") -> dict[str, Any]:
    def sampled(value: float, measurand: str, unit: str, phase: str = "") -> dict[str, Any]:
        one: dict[str, Any] = {
            "value": value,
            "context": "Sample.Periodic",
            "measurand": measurand,
            "location": "Outlet",
            "unitOfMeasure": {"unit": unit, "multiplier": 0},
        }
        return one | ({"phase": phase} if phase else {})

    samples = [
        sampled(wh, "Energy.Active.Import.Register", "Wh"),
        sampled(10830.5, "Power.Active.Import", "W"),
        *(sampled(15.7, "Current.Import", "A", phase) for phase in ("L1", "L2", "L3")),
        *(sampled(229.8, "Voltage", "V", phase) for phase in ("L1-N", "L2-N", "L3-N")),
    ]
    return {
        "eventType": kind,
        "timestamp": _now(),
        "triggerReason": "MeterValuePeriodic" if kind == "Updated" else "Authorized",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": transaction, "chargingState": "Charging"},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [{"timestamp": _now(), "sampledValue": samples}],
    }


def _step_201(kind: str, message_id: str, number: int) -> Step:
    if kind == "boot":
        return step(message_id, "BootNotification", BOOT_201, b'"Accepted"')
    if kind == "heartbeat":
        return step(message_id, "Heartbeat", {}, b'"currentTime"')
    if kind == "status":
        about = {"timestamp": _now(), "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1}
        return step(message_id, "StatusNotification", about, b"{}")
    return step(message_id, "TransactionEvent", event_201(1000.0 + number, number, "b-1"), b"{}")


# --- talks ---------------------------------------------------------------------------------------------------


def mixed_steps(version: str) -> list[Step]:
    """The mix, built once: what all stations repeat where nothing is stored."""
    if version == "1.6":
        return [_step_16(kind, f"m{n}", n, 1000 + n, 7) for n, kind in enumerate(order())]
    return [_step_201(kind, f"m{n}", n) for n, kind in enumerate(order())]


def repeating(steps: Sequence[Step], begin: int, version: str) -> Talk:
    yield _step_16("boot", "b", 0, 0, None) if version == "1.6" else _step_201("boot", "b", 0)
    number = begin
    while True:
        yield steps[number % len(steps)]
        number += 1


_TRANSACTION = re.compile(rb'"transactionId":(\d+)')


def charging(begin: int) -> Talk:
    """The 1.6 mix of a station in a session: real times, a register that counts up, message ids used once."""
    ids, meter, statuses = _ids(), count(1000, 2), count()
    yield _step_16("boot", next(ids), 0, 0, None)
    answer = yield _start(next(ids), begin, next(meter))
    transaction = int(_TRANSACTION.findall(answer)[0])
    kinds = order()
    number = begin
    while True:
        kind = kinds[number % len(kinds)]
        turn = next(statuses) if kind == "status" else 0
        wh = next(meter) if kind == "meter" else 0
        yield _step_16(kind, next(ids), turn, wh, transaction)
        number += 1


def events(begin: int, *, only: bool = False) -> Talk:
    """The 2.0.1 mix of a station in a session: one TransactionEvent Started, then Updated with meter values; `only`
    these."""
    ids, meter, seq_no = _ids(), count(1000, 2), count()
    transaction = f"{random.getrandbits(64):016x}"
    yield _step_201("boot", next(ids), 0)
    started = event_201(float(next(meter)), next(seq_no), transaction, "Started")
    started["idToken"] = {"idToken": f"BENCH{begin:05d}", "type": "ISO14443"}
    yield step(next(ids), "TransactionEvent", started, b'"Accepted"')
    kinds = order()
    number = begin
    while True:
        kind = "meter" if only else kinds[number % len(kinds)]
        if kind == "meter":
            event = event_201(float(next(meter)), next(seq_no), transaction)
            yield step(next(ids), "TransactionEvent", event, b"{")
        else:
            yield _step_201(kind, next(ids), number)
        number += 1


def sessions(begin: int) -> Talk:
    """StartTransaction and StopTransaction in turn."""
    ids, meter = _ids(), count(1000, 5)
    yield _step_16("boot", next(ids), 0, 0, None)
    while True:
        answer = yield _start(next(ids), begin, next(meter))
        transaction = int(_TRANSACTION.findall(answer)[0])
        stop = {"transactionId": transaction, "timestamp": _now(), "meterStop": next(meter), "reason": "Local"}
        yield step(next(ids), "StopTransaction", stop, b"{")


def heartbeats() -> Talk:
    """A station without a car."""
    ids = _ids()
    yield _step_16("boot", next(ids), 0, 0, None)
    while True:
        yield _step_16("heartbeat", next(ids), 0, 0, None)


def _start(message_id: str, begin: int, wh: int) -> Step:
    start = {"connectorId": 1, "idTag": f"BENCH{begin:05d}", "timestamp": _now(), "meterStart": wh}
    return step(message_id, "StartTransaction", start, b'"Accepted"')


def _ids() -> Iterator[str]:
    stem = f"{random.getrandbits(32):08x}"
    return (f"{stem}-{number}" for number in count())


def talks(name: str, stations: int, first: int = 0) -> list[Talk]:
    """One a station; each begins at another place of the mix, so that they don't march in step."""
    numbers = range(first, first + stations)
    if name == "charging":
        return [charging(number) for number in numbers]
    if name == "events":
        return [events(number) for number in numbers]
    if name == "only events":
        return [events(number, only=True) for number in numbers]
    if name == "sessions":
        return [sessions(number) for number in numbers]
    if name == "heartbeats":
        return [heartbeats() for _ in numbers]
    steps = mixed_steps(name)
    return [repeating(steps, number, name) for number in numbers]
