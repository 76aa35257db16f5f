"""Which of a tenant's tariffs applies at an outlet, for a driver, on a day. Pure."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A tariff applies here: at one location, at one station, or (neither) everywhere; `group`: only for these
    drivers. Days are of the place's own clock, both included; None is without end."""

    id: UUID
    tariff: UUID
    location: UUID | None = None
    station: UUID | None = None
    group: UUID | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    created_at: datetime | None = None


class Outlet(msgspec.Struct, frozen=True, kw_only=True):
    """What a price depends on. `own` is the connector's own tariff."""

    location: UUID | None = None
    station: UUID | None = None
    own: UUID | None = None
    time_zone: str = "UTC"


class When(StrEnum):
    NOW = "now"
    LATER = "later"
    OVER = "over"


def when(rule: Rule, today: date) -> When:
    if rule.valid_from is not None and today < rule.valid_from:
        return When.LATER
    return When.OVER if rule.valid_to is not None and today > rule.valid_to else When.NOW


def fits(rule: Rule, outlet: Outlet) -> bool:
    """Whether it is about this place at all."""
    if rule.station is not None:
        return rule.station == outlet.station
    return rule.location is None or rule.location == outlet.location


def weight(rule: Rule) -> tuple[bool, int, bool, date, datetime | None, UUID]:
    """The heaviest rule wins: one for the driver's group before one for everybody, then the smallest place, then one
    that ends before one that doesn't, then the one that began last."""
    place = 2 if rule.station is not None else 1 if rule.location is not None else 0
    ends = rule.valid_to is not None
    return rule.group is not None, place, ends, rule.valid_from or date.min, rule.created_at, rule.id


def chosen(rules: Iterable[Rule], outlet: Outlet, group: UUID | None, today: date) -> Rule | None:
    """The rule that holds, of those for everybody and those for the driver's group. The outlet's own tariff is
    more specific than any rule for everybody: then only one for the group holds."""
    open_ones = [
        rule
        for rule in rules
        if fits(rule, outlet)
        and when(rule, today) is When.NOW
        and (rule.group is None or rule.group == group)
        and (rule.group is not None or outlet.own is None)
    ]
    return max(open_ones, key=weight, default=None)


def tariff_of(
    rules: Iterable[Rule], outlet: Outlet, group: UUID | None, today: date, general: UUID | None
) -> UUID | None:
    """`general`: the tenant's first tariff, for what no rule speaks of. None: charging is free."""
    rule = chosen(rules, outlet, group, today)
    if rule is not None:
        return rule.tariff
    return outlet.own or general


def problem(valid_from: date | None, valid_to: date | None, location: str | None, station: str | None) -> str:
    if location and station:
        return "Name a location or a station, not both."
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        return "The last day is before the first one."
    return ""
