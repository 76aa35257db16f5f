"""Whole sessions of a 2.0.1 station as lists of steps, and what must be stored and shown of them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx

from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, card, only_session, stamp

STATION = "/api/v1/stations/CP-1"
TOKEN = {"idToken": "CARD-1", "type": "ISO14443"}
SEEN = "•••RD-1"
"""What is shown of it."""


class Step(NamedTuple):
    """One TransactionEvent. `wh` is what the register shows."""

    kind: str
    trigger: str
    state: str = ""
    wh: int | None = None
    token: bool = False
    evse: int | None = None
    reason: str = ""
    more: Json = {}


def started(trigger: str, state: str = "", **what: Any) -> Step:
    return Step("Started", trigger, state, **({"wh": 1000} | what))


def updated(trigger: str, state: str = "", **what: Any) -> Step:
    return Step("Updated", trigger, state, **what)


def ended(trigger: str, reason: str, state: str = "", **what: Any) -> Step:
    return Step("Ended", trigger, state, reason=reason, **({"wh": 3500} | what))


async def drive(
    station: ScriptedStation, steps: Sequence[Step], meter: Meter201 | None = None, ago: int = 0
) -> list[Json]:
    """Send the steps a minute apart, the last one `ago` minutes before now; the answers."""
    one = meter or Meter201(station, evse=None)
    answers = []
    for place, step in enumerate(steps):
        info: Json = {}
        if step.state:
            info["chargingState"] = step.state
        if step.reason:
            info["stoppedReason"] = step.reason
        more = dict(step.more)
        info |= more.pop("info", {})
        if step.token:
            more["idToken"] = TOKEN
        if step.evse is not None:
            more["evse"] = {"id": step.evse, "connectorId": 1}
        answers.append(
            await one.send(
                step.kind, step.trigger, minutes_ago=ago + len(steps) - 1 - place, wh=step.wh, info=info, **more
            )
        )
    return answers


async def status(station: ScriptedStation, word: str, evse: int = 1) -> None:
    told = {"timestamp": stamp(), "connectorStatus": word, "evseId": evse, "connectorId": 1}
    assert await station.call("StatusNotification", told) == {}


async def authorize(station: ScriptedStation, expected: str = "Accepted") -> None:
    answer = await station.call("Authorize", {"idToken": TOKEN})
    assert answer["idTokenInfo"]["status"] == expected, answer


@asynccontextmanager
async def charging_station(node: Node, *, outlets: int = 1, known_card: bool = True) -> AsyncIterator[ScriptedStation]:
    """A booted station with free outlets, and a known card."""
    await node.add_station("CP-1", connectors=outlets, tariff_id=await node.add_tariff())
    if known_card:
        await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        for evse in range(1, outlets + 1):
            await status(station, "Available", evse)
        yield station


async def outlets(operator: httpx.AsyncClient) -> list[Json]:
    """The connectors of the station, as operators see them."""
    return list((await operator.get(STATION)).json()["row"]["connectors"])


async def shown(operator: httpx.AsyncClient, **expected: Any) -> Json:
    """The only session, as operators see it; these of its fields are as expected."""
    session = await only_session(operator)
    assert {name: session[name] for name in expected} == expected, session
    return session
