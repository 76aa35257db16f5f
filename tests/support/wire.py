"""What tests of whole sessions say and ask again and again."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx

from backend.db.engine import DB
from tests.support.scripted_station import ScriptedStation

Json = dict[str, Any]


def stamp(minutes_ago: float = 0) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat().replace("+00:00", "Z")


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def eventually(client: httpx.AsyncClient, path: str, accept: Callable[[Any], Any], seconds: float = 10) -> Any:
    """The answer to a GET once it is as `accept` wants it."""
    last: Any = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                answer = await client.get(path)
                last = answer.json()
                if answer.status_code == 200 and accept(last):
                    return last
                await asyncio.sleep(0.03)
    except TimeoutError:
        raise AssertionError(f"{path} stayed {last}") from None


async def sessions(client: httpx.AsyncClient) -> list[Json]:
    """All that this person sees, oldest first."""
    answer = await client.get("/api/v1/transactions", params={"sort": "oldest"})
    return list(answer.json()["items"])


async def only_session(client: httpx.AsyncClient) -> Json:
    found = await sessions(client)
    assert len(found) == 1, found
    return found[0]


async def bill(client: httpx.AsyncClient, transaction_id: str) -> tuple[Decimal, int]:
    """(total, Wh) of the receipt, once it is written."""
    receipt = await eventually(client, f"/api/v1/transactions/{transaction_id}/receipt", lambda _: True)
    return Decimal(receipt["total_incl"]["amount"]), receipt["energy_wh"]


async def messages(kind: str | None = None) -> list[Json]:
    """The transaction messages that are stored, in the order of their arrival."""
    return await DB.run(
        "SELECT kind, seq_no, transaction, note, payload FROM transaction_message "
        "WHERE $1::text IS NULL OR kind = $1 ORDER BY id",
        kind,
    )


async def asked(
    station: ScriptedStation, client: httpx.AsyncClient, path: str, body: Json, action: str, reply: Json | str
) -> tuple[Json, httpx.Response]:
    """POST while the station waits: (what it was asked, the API's answer). A text as `reply` is a CALLERROR."""
    post = asyncio.create_task(client.post(path, json=body, headers=key()))
    try:
        message_id, payload = await station.expect_call(action)
    except TimeoutError:
        raise AssertionError(f"{action} never came: {post.done() and post.result().text}") from None
    if isinstance(reply, str):
        await station.answer_error(message_id, reply)
    else:
        await station.answer(message_id, reply)
    return payload, await post


class Meter201:
    """One transaction of a 2.0.1 station: it counts seqNo and fills in what every event carries."""

    def __init__(self, station: ScriptedStation, ref: str = "", *, evse: int | None = 1, connector: int | None = 1):
        self.station = station
        self.ref = ref or uuid4().hex
        self.evse: Json | None = None
        if evse is not None:
            self.evse = {"id": evse} | ({} if connector is None else {"connectorId": connector})
        self.seq_no = -1

    def event(
        self,
        kind: str,
        trigger: str,
        *,
        minutes_ago: float = 0,
        wh: float | None = None,
        token: str | None = None,
        seq_no: int | None = None,
        info: Json | None = None,
        **more: Any,
    ) -> Json:
        self.seq_no = self.seq_no + 1 if seq_no is None else seq_no
        at = stamp(minutes_ago)
        found: Json = {
            "eventType": kind,
            "timestamp": at,
            "triggerReason": trigger,
            "seqNo": self.seq_no,
            "transactionInfo": {"transactionId": self.ref} | (info or {}),
        }
        if self.evse is not None and kind == "Started":
            found["evse"] = self.evse
        if token is not None:
            found["idToken"] = {"idToken": token, "type": "ISO14443"}
        if wh is not None:
            found["meterValue"] = [{"timestamp": at, "sampledValue": [{"value": wh}]}]
        return found | more

    async def send(self, kind: str, trigger: str, **what: Any) -> Json:
        """Its answer; never a CALLERROR."""
        answer = await self.station.call("TransactionEvent", self.event(kind, trigger, **what))
        assert "error" not in answer, answer
        return dict(answer)

    async def started(self, trigger: str = "Authorized", **what: Any) -> Json:
        return await self.send("Started", trigger, **what)

    async def updated(self, trigger: str = "MeterValuePeriodic", **what: Any) -> Json:
        return await self.send("Updated", trigger, **what)

    async def ended(self, trigger: str = "StopAuthorized", **what: Any) -> Json:
        return await self.send("Ended", trigger, **what)


class Session16:
    """One transaction of a 1.6 station."""

    def __init__(self, station: ScriptedStation, *, connector: int = 1, token: str = "CARD-1") -> None:
        self.station = station
        self.connector = connector
        self.token = token
        self.number = 0

    async def started(self, wh: int, minutes_ago: float = 30, **more: Any) -> Json:
        said = {"connectorId": self.connector, "idTag": self.token, "meterStart": wh, "timestamp": stamp(minutes_ago)}
        answer = await self.station.call("StartTransaction", said | more)
        assert "error" not in answer, answer
        self.number = answer["transactionId"]
        return dict(answer)

    async def meter(self, minutes_ago: float, *sampled: Json, **more: Any) -> Json:
        payload = {
            "connectorId": self.connector,
            "transactionId": self.number,
            "meterValue": [{"timestamp": stamp(minutes_ago), "sampledValue": list(sampled)}],
        } | more
        answer = await self.station.call("MeterValues", {name: one for name, one in payload.items() if one is not None})
        assert "error" not in answer, answer
        return dict(answer)

    async def stopped(self, wh: int, minutes_ago: float = 0, **more: Any) -> Json:
        answer = await self.station.call(
            "StopTransaction",
            {"transactionId": self.number, "meterStop": wh, "timestamp": stamp(minutes_ago)} | more,
        )
        assert "error" not in answer, answer
        return dict(answer)


async def card(node: Any, value: str = "CARD-1", *, account: UUID | None = None) -> str:
    from backend.authorization import service as authorization

    await authorization.add_card(node.ctx, node.tenant_id, value, account_id=account)
    return value


async def until(sql: str, value: Any, seconds: float = 20) -> None:
    """Wait until a query's only value is this one."""
    found: Any = None
    for _ in range(round(seconds / 0.05)):
        found = next(iter((await DB.run(sql))[0].values()))
        if found == value:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{sql} stayed {found}")
