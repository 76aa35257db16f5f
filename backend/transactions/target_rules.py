"""When a session has to be stopped so that it ends where its driver wants it to. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from backend.tariffs.rules import round_money
from shared.money import Money, Target, TargetNew, TargetState

LEAD = timedelta(seconds=5)
"""From our word until no energy flows any more: the stop is sent so much earlier."""
AHEAD = timedelta(minutes=2)
"""So far a stop is planned to the second; what lies beyond is looked at again with each reading and each minute."""
SPAN_S = 30
"""So finely AHEAD is searched for the first moment that costs as much as the target."""
AGAIN = timedelta(minutes=1)
"""A stop that was refused, or that changed nothing, is tried again after this."""
MOST_TRIES = 20
FULL_SHARE = Decimal(1)
MOST_MONEY = 100_000


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a running session is: its last trusted reading, and the power since then."""

    begun_at: datetime
    last_at: datetime
    energy_wh: int
    power_w: int = 0
    soc_percent: int | None = None


def named(new: TargetNew) -> list[str]:
    return [name for name in TargetNew.__struct_fields__ if getattr(new, name) is not None]


def energy_at(now: Progress, moment: datetime) -> int:
    """Wh by then, if the power stays as it is."""
    seconds = max((moment - now.last_at).total_seconds(), 0)
    return now.energy_wh + round(now.power_w * seconds / 3600)


def stop_at(
    goal: TargetNew, progress: Progress, now: datetime, cost_at: Callable[[datetime], Decimal]
) -> datetime | None:
    """When to send the stop: `now` where it is due, None where that is further away than AHEAD or nobody can tell.

    `cost_at`: what the session would cost if it ended then, with the power of now. It may fall later: of times only the
    last used one is rounded up to its step, so a minute of another price can undo the rest of a long step.
    """
    if goal.minutes is not None:
        return _soon(progress.begun_at + timedelta(minutes=goal.minutes), now)
    if goal.soc_percent is not None:
        full = progress.soc_percent is not None and progress.soc_percent >= goal.soc_percent
        return now if full else None
    if goal.energy_wh is not None:
        if progress.energy_wh >= goal.energy_wh:
            return now
        if progress.power_w <= 0:
            return None
        hours = (goal.energy_wh - progress.energy_wh) / progress.power_w
        return _soon(progress.last_at + timedelta(hours=min(hours, 10_000)) - LEAD, now)
    assert goal.money is not None
    return _money(goal.money, now, cost_at)


def _soon(moment: datetime, now: datetime) -> datetime | None:
    return None if moment > now + AHEAD else max(moment, now)


def _money(money: Decimal, now: datetime, cost_at: Callable[[datetime], Decimal]) -> datetime | None:
    """The last whole second before the bill, with what flows on after the stop was sent, first reaches the target."""
    if cost_at(now + LEAD) >= money:
        return now
    low = 0
    for high in range(SPAN_S, int(AHEAD.total_seconds()) + 1, SPAN_S):
        if cost_at(now + LEAD + timedelta(seconds=high)) >= money:
            break
        low = high
    else:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if cost_at(now + LEAD + timedelta(seconds=middle)) < money:
            low = middle
        else:
            high = middle
    return now + timedelta(seconds=low)


def why_not(goal: TargetNew, *, currency: str, least: Decimal | None, progress: Progress | None) -> str:
    """Why it can't be a target, in plain words; empty: it can. `least`: what the session costs already, or from its
    first minute on; None: it costs nothing. `progress` None: it has not begun."""
    names = named(goal)
    if len(names) != 1:
        return "Choose one: an amount of money, energy, minutes, or a state of charge."
    if goal.money is not None:
        if least is None:
            return "Charging costs nothing here: choose energy, minutes or a state of charge."
        if not goal.money.is_finite() or not 0 < goal.money <= MOST_MONEY:
            return f"Choose an amount above 0 and up to {MOST_MONEY}."
        if goal.money != round_money(goal.money, currency):
            return "The amount is finer than the smallest coin of the currency."
        if goal.money <= least:
            return f"The session costs {least.normalize():f} {currency} already: choose more."
    if progress is None:
        return ""
    if goal.energy_wh is not None and goal.energy_wh <= progress.energy_wh:
        return f"{Decimal(progress.energy_wh) / 1000:f} kWh are in the car already: choose more."
    if goal.soc_percent is not None and progress.soc_percent is not None and goal.soc_percent <= progress.soc_percent:
        return f"The battery is at {progress.soc_percent} % already: choose more."
    return ""


def gone(goal: TargetNew, now: datetime, begun_at: datetime) -> bool:
    return goal.minutes is not None and begun_at + timedelta(minutes=goal.minutes) <= now


def goal_of(stored: Mapping[str, Any]) -> TargetNew:
    return msgspec.convert({name: stored.get(name) for name in TargetNew.__struct_fields__}, TargetNew, strict=False)


def due_again(stored: Mapping[str, Any], now: datetime) -> bool:
    """Whether a stop may be sent (again)."""
    tried = stored.get("tried_at")
    return tried is None or (stored.get("tries", 0) < MOST_TRIES and now - datetime.fromisoformat(tried) >= AGAIN)


def shown(stored: Mapping[str, Any] | None, row: Mapping[str, Any]) -> Target | None:
    """As people see it, with how far the session is on its way (`share`, at most 1)."""
    if stored is None:
        return None
    goal = goal_of(stored)
    money = None if goal.money is None else Money(amount=goal.money, currency=stored.get("currency") or "")
    reached = stored.get("reached_at")
    return Target(
        money=money,
        energy_wh=goal.energy_wh,
        minutes=goal.minutes,
        soc_percent=goal.soc_percent,
        state=TargetState(stored.get("state", "waiting")),
        trouble=stored.get("trouble", ""),
        share=FULL_SHARE if reached else share(goal, row),
        reached_at=datetime.fromisoformat(reached) if reached else None,
    )


def share(goal: TargetNew, row: Mapping[str, Any]) -> Decimal | None:
    """None: time, which goes on between readings and is counted by whoever shows it; or a battery that doesn't tell."""
    done: Decimal | None = None
    if goal.money is not None:
        done = (row["cost"] or Decimal(0)) / goal.money
    elif goal.energy_wh is not None:
        done = Decimal(row["energy_wh"]) / goal.energy_wh
    elif goal.soc_percent is not None and row["soc_percent"] is not None:
        done = Decimal(row["soc_percent"]) / goal.soc_percent
    return None if done is None else round(min(done, FULL_SHARE), 3)
