"""Signed values are kept by `transactions`; here they are checked, shown, and handed out."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend import jobs
from backend.context import Context, Unit
from backend.errors import InvalidInput, NotFound
from backend.events import Event, TransactionEnded
from backend.meters import rules, store
from backend.stations import catalog
from backend.transactions.rules import merge_flags
from shared.meters import MeterKey, MeterKeyEntry, SignedSession, SignedState, SignedValue

FAILED_FLAG, DIFFERS_FLAG = "signature_failed", "signed_energy_differs"
TOLERANCE_WH = 2
"""Registers in kWh with three digits, rounded twice."""


async def on_ended(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Handler: check what meters signed, where they did."""
    ended = [event.transaction_id for event in events if isinstance(event, TransactionEnded)]
    for one in await store.with_values(ended):
        await jobs.enqueue("meters.verify", {"transaction_id": str(one)}, dedupe=str(one))


async def verify(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: judge the values of a session with the keys that are known now."""
    await judge(ctx, UUID(payload["transaction_id"]))


async def judge(ctx: Context, transaction_id: UUID) -> None:
    session = await store.session(transaction_id)
    if session is None:
        return
    values = await store.values(transaction_id)
    own = await _keys(session["station"], session["evse"])
    found = []
    for row in values:
        keys = [*own, ("message", rules.carried_key(row["data"], row["public_key"]))]
        found.append(await asyncio.to_thread(rules.check, row["data"], keys))
    async with ctx.unit():
        for row, one in zip(values, found, strict=True):
            judged = {"state": str(one.state), "key_source": one.key_source, "used_key": one.used_key}
            await store.judged(row["id"], judged | {"note": one.note, "checked_at": ctx.now()})
        flags = [flag for flag in session["flags"] if flag not in (FAILED_FLAG, DIFFERS_FLAG)]
        failed = any(one.state is SignedState.FAILED for one in found)
        energy = _energy(values)
        differs = energy is not None and abs(energy - session["energy_wh"]) > TOLERANCE_WH
        flags = merge_flags(flags, FAILED_FLAG if failed else "", DIFFERS_FLAG if differs else "")
        if flags != session["flags"]:
            await store.set_flags(transaction_id, flags)


async def _keys(station_id: UUID, evse: int | None) -> list[tuple[str, str]]:
    """(source, key) in the order of trust: what an operator entered, then what the station's configuration holds."""
    entered = {row["evse"]: row["public_key"] for row in await store.keys(station_id)}
    found = [("operator", entered[one]) for one in (evse or 0, 0) if one in entered][:1]
    for row in await store.configured_keys(station_id):
        number = re.search(r"(\d+)\D*$", row["name"])
        of = row["evse"] or (int(number[1]) if number else 0)
        if of in (0, evse or 0):
            found.append(("configuration", row["value"]))
    return found


def _energy(values: list[store.Row]) -> int | None:
    """Last signed register less the first; None where fewer than two are there."""
    registers = [one for row in values for one in rules.registers(row["data"])]
    return max(registers) - min(registers) if len(registers) > 1 else None


# --- looking -------------------------------------------------------------------------------------------------

EXPLAINED = {
    SignedState.VERIFIED: "The meter's signature was checked and fits.",
    SignedState.FAILED: "The meter's signature does not fit: ask the operator.",
    SignedState.UNVERIFIED: "The meter's signature could not be checked here, as its key is not known.",
}


async def signed(ctx: Context, transaction_id: UUID) -> SignedSession | None:
    """None: the meter of this session signed nothing. Whoever calls has asked whether the session may be seen."""
    values, session = await store.values(transaction_id), await store.session(transaction_id)
    if not values or session is None:
        return None
    state = rules.worst([SignedState(row["state"]) for row in values])
    return SignedSession(
        transaction_id=str(transaction_id),
        state=state,
        energy_wh=_energy(values),
        billed_wh=session["energy_wh"],
        values=[_shown(row) for row in values],
        explanation=EXPLAINED[state],
    )


def _shown(row: store.Row) -> SignedValue:
    registers = rules.registers(row["data"])
    return SignedValue(
        at=row["at"],
        context=row["context"],
        data=row["data"],
        state=SignedState(row["state"]),
        public_key=row["used_key"] or rules.carried_key(row["data"], row["public_key"]),
        key_source=row["key_source"],
        note=row["note"],
        register_wh=registers[-1] if registers else None,
    )


async def xml(ctx: Context, transaction_id: UUID) -> str:
    """The file for the transparency software. Raises NotFound where nothing was signed."""
    values, session = await store.values(transaction_id), await store.session(transaction_id)
    if not values or session is None:
        raise NotFound("The meter of this session signed nothing.", code="nothing_signed")
    own = await _keys(session["station"], session["evse"])
    found = []
    for row in values:
        texts = [row["used_key"], *(text for _, text in own), rules.carried_key(row["data"], row["public_key"])]
        key = next((one.key for text in texts if text and (one := rules.key_of(text))), "")
        found.append((row["context"], row["data"], key))
    return rules.xml(session["number"], found)


# --- keys ----------------------------------------------------------------------------------------------------


async def keys(ctx: Context, tenant_id: UUID, identity: str) -> list[MeterKey]:
    station = await catalog.find(ctx, tenant_id, identity)
    return [
        MeterKey(evse=row["evse"], public_key=row["public_key"], label=row["label"], changed_at=row["changed_at"])
        for row in await store.keys(station.id)
    ]


async def save_key(ctx: Context, tenant_id: UUID, identity: str, evse: int, entry: MeterKeyEntry) -> list[MeterKey]:
    """From now on, and for what could not be checked so far. Raises InvalidInput for what is no key."""
    station = await catalog.find(ctx, tenant_id, identity)
    if not 0 <= evse <= 99:
        raise InvalidInput("An outlet has a number from 1; 0 means the whole station.", fields=[("$.evse", "0 to 99")])
    key = rules.key_of(entry.public_key)
    if key is None:
        raise InvalidInput(
            "This is no public key of a meter: it must be an elliptic curve key as hexadecimal, base64 or PEM.",
            code="invalid_key",
            fields=[("$.public_key", "an elliptic curve public key (DER)")],
        )
    async with ctx.unit():
        await store.save_key(station.id, evse, key.key, entry.label.strip(), ctx.now())
        await jobs.enqueue("meters.verify_station", {"station_id": str(station.id)})
    return await keys(ctx, tenant_id, identity)


async def drop_key(ctx: Context, tenant_id: UUID, identity: str, evse: int) -> None:
    station = await catalog.find(ctx, tenant_id, identity)
    if not await store.drop_key(station.id, evse):
        raise NotFound("No key is entered for this outlet.")


async def verify_station(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: a key was entered; what could not be checked before can be now."""
    for transaction_id in await store.unsettled(UUID(payload["station_id"])):
        await judge(ctx, transaction_id)
