"""New passwords and higher security profiles: sent to a station, and in force from the sign-in that uses them.

Until then the old ones count too, whatever became of the station's answer: nobody locks a station out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.commands import Answer, AnyCommand, RawCall, SetVariable, SetVariables
from backend.context import Context
from backend.errors import Conflict, InvalidInput
from backend.events import StationChanged
from backend.stations import rules, store
from backend.stations.model import Proof, StationRef
from shared.stations import Registration

MOST_NEW = 5
"""Passwords that may be on their way to one station."""
CERTAIN = frozenset({"answered", "error", "invalid", "offline"})
"""Outcomes after which it is known whether the station has the new password."""
TAKEN = frozenset({"Accepted", "RebootRequired"})


def known(row: Mapping[str, Any]) -> rules.Known:
    return rules.Known(
        Registration(row["registration"]),
        row["password_hash"],
        row["security_profile"],
        tuple(row["pending_passwords"]),
        row["pending_profile"],
    )


async def signed_in(ctx: Context, station: StationRef, facts: rules.Known, password: str | None, proof: Proof) -> None:
    """An admitted station: what it used of the new is in force now, and the old is refused from now on."""
    used = rules.new_password_used(facts, password)
    met = rules.profile_met(facts, password, proof)
    if not used and not met:
        return
    async with ctx.unit() as unit:
        if used:
            await store.use_new_password(station.id, used)
        if met:
            await store.change(station.id, {"security_profile": facts.pending_profile, "pending_profile": None})
        unit.emit(_changed(ctx, station))


def _changed(ctx: Context, station: StationRef) -> StationChanged:
    return StationChanged(tenant_id=station.tenant_id, at=ctx.now(), station_id=station.id, identity=station.identity)


# --- what commands bring -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewAccess:
    """What a command changes of a station's sign-in. `password_hash` empty: nothing there."""

    password_hash: str = ""
    profile: int | None = None


NOTHING = NewAccess()


def settings_in(command: AnyCommand) -> Iterator[tuple[str, str]]:
    """(name, value) of every configuration key or variable that a command sets, also one written by hand."""
    if isinstance(command, SetVariable):
        yield command.name, command.value
    if isinstance(command, SetVariables):
        yield from ((one.name, one.value) for one in command.changes)
    if not isinstance(command, RawCall):
        return
    if command.action == "ChangeConfiguration":
        yield str(command.payload.get("key")), str(command.payload.get("value"))
    elif command.action == "SetVariables":
        data = command.payload.get("setVariableData")
        for one in data if isinstance(data, list) else ():
            variable = one.get("variable") if isinstance(one, dict) else None
            if isinstance(variable, dict):
                yield str(variable.get("name")), str(one.get("attributeValue"))


async def begin(station: StationRef, command: AnyCommand) -> NewAccess:
    """Before it is sent: the new password counts already, as the answer may be lost.

    Raises InvalidInput for one that the version can't carry, Conflict for a lower profile and for too many new ones.
    """
    row = None
    password_hash, profile = "", None
    for name, value in settings_in(command):
        if rules.is_sign_in(name):
            if not isinstance(command, RawCall) and (problem := rules.password_problem(value, station.ocpp_version)):
                raise InvalidInput(problem, code="password_unfit", fields=[("$.value", problem)])
            password_hash = rules.hash_password(value)
        elif name == "SecurityProfile" and value.isdecimal():
            row = row or await store.ref_by_identity(station.identity, station.tenant_id)
            profile = int(value)
            if row is not None and profile < row["security_profile"]:
                raise Conflict("A security profile is never lowered.", code="security_profile_lower")
    if password_hash and not await store.add_new_password(station.id, password_hash, MOST_NEW):
        raise Conflict(
            "Several new passwords are on their way already; wait until the station signs in, or enter its password.",
            code="passwords_pending",
        )
    return NewAccess(password_hash, profile) if password_hash or profile is not None else NOTHING


async def heard(station_id: UUID, new: NewAccess, answer: Answer) -> None:
    """What came back. A lost answer leaves the new password beside the old: the station may have it."""
    took = answer.outcome == "answered" and _took(answer)
    if new.password_hash and answer.outcome in CERTAIN and not took:
        await store.drop_new_password(station_id, new.password_hash)
    if new.profile is not None and took:
        await expect_profile(station_id, new.profile)


async def expect_profile(station_id: UUID, profile: int) -> None:
    """The station was told to come back with a higher profile."""
    await store.expect_profile(station_id, profile)


def _took(answer: Answer) -> bool:
    """Each variable of 2.0.1 has its own status, which an answer to a call by hand shows only there."""
    results = answer.payload.get("setVariableResult")
    if not isinstance(results, list):
        return answer.accepted
    for one in results:
        variable = one.get("variable") if isinstance(one, dict) else None
        if isinstance(variable, dict) and rules.is_sign_in(str(variable.get("name"))):
            return one.get("attributeStatus") in TAKEN
    return answer.accepted
