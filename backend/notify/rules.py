"""Who hears of an incident, when, and in which words. Pure."""

import base64
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.accounts import Role
from shared.notify import Channel, Hours, RotaSet, RouteSet, Target, TargetKind, Told, Wishes
from shared.operations import IncidentState, Severity

RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}
BURST = 5
"""Messages that one person gets over one channel within BURST_WINDOW before more are gathered into one."""
BURST_WINDOW = timedelta(minutes=10)
STORM_PAUSE = timedelta(minutes=5)
"""How long messages are gathered in a storm."""
TRIES = 12
"""Of one delivery: about an hour, later each time (jobs.Retries)."""
DOWN_AFTER = 3
"""Failures in a row after which a channel counts as down."""

TEAM = (Target(kind=TargetKind.ROLE, id="operator"), Target(kind=TargetKind.ROLE, id="admin"))
DEFAULT_ROUTES = (
    RouteSet(name="Everybody on the team", targets=list(TEAM)),
    RouteSet(
        name="What is critical, by e-mail too",
        targets=list(TEAM),
        channels=[Channel.EMAIL],
        min_severity=Severity.CRITICAL,
    ),
)
"""As long as a tenant has made none of its own."""

NORMAL_STOPS = frozenset(
    "Local Remote EVDisconnected StoppedByEV SOCLimitReached EnergyLimitReached TimeLimitReached CostLimitReached "
    "MasterPass DeAuthorized ReqEnergyTransferRejected".split()
) | {""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An incident as far as routes and words need it. Times are aware."""

    id: str
    rule: str
    severity: Severity
    state: IncidentState
    title: str
    detail: str
    advice: str
    location_id: str
    location: str
    station: str
    connector: str
    affected: int = 1
    part: bool = False
    """Of a greater incident, which is told instead."""
    since: str = ""
    """Which opening it is: it changes each time that it comes back after it was watched."""


def local(now: datetime, zone: str) -> datetime:
    return now.astimezone(ZoneInfo(zone))


def _clock(text: str) -> time:
    return time(int(text[:2]), int(text[3:]))


def _within(moment: time, begins: time, ends: time) -> bool:
    return begins <= moment < ends if begins < ends else moment >= begins or moment < ends


def in_hours(hours: Hours | None, now: datetime, zone: str) -> bool:
    """A night shift belongs to the day on which it began."""
    if hours is None:
        return True
    here = local(now, zone)
    begins, ends = _clock(hours.begins), _clock(hours.ends)
    if not _within(here.time(), begins, ends):
        return False
    began = here - timedelta(days=1) if begins >= ends and here.time() < ends else here
    return began.weekday() in hours.days


def fits(route: RouteSet, kind: Told, one: Happened, now: datetime, zone: str) -> bool:
    """The next step of a route belongs to what was told within its hours: those who wait for an answer go on to the
    next ones also after the hours are over."""
    return (
        route.enabled
        and RANK[one.severity] >= RANK[route.min_severity]
        and (not route.location_ids or one.location_id in route.location_ids)
        and (not route.rules or one.rule in route.rules)
        and (kind is Told.ESCALATED or in_hours(route.hours, now, zone))
    )


def must_be_told(kind: Told, one: Happened) -> bool:
    """Whether it is still so. What is over, taken, or became a part of something greater before anybody was told is
    told no more; that it got worse is told whoever has it in hand."""
    if kind is Told.OPENED:
        return one.state is IncidentState.OPEN and not one.part
    if kind is Told.WORSE:
        gone = one.state in (IncidentState.WATCHED, IncidentState.CLOSED)
        return one.severity is Severity.CRITICAL and not gone and not one.part
    return kind is not Told.ESCALATED or one.state is IncidentState.OPEN


def to_tell(noted: Sequence[tuple[Told, Happened]]) -> list[bool]:
    """Of notices that wait together: which of them must be told. What is only opening says how bad it is by now."""
    still = [must_be_told(kind, one) for kind, one in noted]
    opening = {one.id for (kind, one), yes in zip(noted, still, strict=True) if yes and kind is Told.OPENED}
    return [
        yes and not (kind is Told.WORSE and one.id in opening) for (kind, one), yes in zip(noted, still, strict=True)
    ]


def on_call(plan: RotaSet, now: datetime, zone: str, here: Collection[str]) -> tuple[str | None, datetime]:
    """Whose turn it is, and until when. Before the first shift it is the first one's. Who isn't `here` any more is
    passed over: the next one has the turn. None: nobody of them is left."""
    standing_in = [one for one in plan.overrides if one.account_id in here]
    for one in standing_in:
        if one.begins_at <= now < one.ends_at:
            return one.account_id, one.ends_at
    number, until = _shift(plan, now, zone)
    turns = [plan.members[(number + later) % len(plan.members)] for later in range(len(plan.members))]
    sooner = [one.begins_at for one in standing_in if now < one.begins_at < until]
    return next((one for one in turns if one in here), None), min([until, *sooner])


def _shift(plan: RotaSet, now: datetime, zone: str) -> tuple[int, datetime]:
    """Which shift it is, from 0, and when it ends. They are counted on the clock of the wall: who takes over at eight
    does so in summer too."""
    first, length = local(plan.starts_at, zone).replace(tzinfo=None), timedelta(hours=plan.shift_hours)

    def begins(number: int) -> datetime:
        return (first + length * number).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    number = max(0, (local(now, zone).replace(tzinfo=None) - first) // length)
    while number and now < begins(number):  # in the hour that comes twice
        number -= 1
    while now >= begins(number + 1):
        number += 1
    return number, begins(number + 1)


def team(people: Sequence[Mapping[str, object]]) -> set[str]:
    """Of these (`id`, `role`) who hears of incidents at all."""
    return {str(one["id"]) for one in people if one["role"] != Role.DRIVER}


def tells(route: RouteSet, kind: TargetKind, thing_id: UUID) -> bool:
    """Whether a route or one of its steps names this rota or webhook."""
    targets = [*route.targets, *(one for step in route.steps for one in step.targets)]
    return any(one.kind is kind and UUID(one.id) == thing_id for one in targets)


# --- when ----------------------------------------------------------------------------------------------------


def hold_until(wishes: Wishes, severity: Severity, now: datetime, zone: str) -> tuple[str, datetime] | None:
    """Why a message waits and until when; None: it goes out now."""
    critical = severity is Severity.CRITICAL
    if wishes.digest_at and not critical:
        return "digest", _next(wishes.digest_at, now, zone)
    if wishes.quiet_from and wishes.quiet_to and not (critical and wishes.critical_always):
        begins, ends = _clock(wishes.quiet_from), _clock(wishes.quiet_to)
        if begins != ends and _within(local(now, zone).time(), begins, ends):
            return "quiet", _next(wishes.quiet_to, now, zone)
    return None


def _next(clock: str, now: datetime, zone: str) -> datetime:
    here = local(now, zone)
    at = here.replace(hour=int(clock[:2]), minute=int(clock[3:]), second=0, microsecond=0)
    if at <= here:
        at = (here + timedelta(days=1)).replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return at.astimezone(now.tzinfo)


def spread(new: int, recent: int, gathering: bool) -> str:
    """Whether `new` messages to one address go out `each`, as `one`, or are to `hold`, where `recent` went before."""
    if gathering:
        return "hold"
    if new + recent <= BURST:
        return "each"
    return "one" if recent <= BURST else "hold"


PERSONAL = (Told.SESSION_FINISHED, Told.SESSION_INTERRUPTED, Told.STATION_BACK, Told.TEST)
"""Somebody waits for these now: a car that stays connected may cost, a free station is taken."""


def urgency(kind: Told, severity: Severity) -> str:
    """Whether a sleeping device is woken (RFC 8030 section 5.3)."""
    if severity is Severity.CRITICAL or kind in PERSONAL:
        return "high"
    return "low" if kind in (Told.CLOSED, Told.DIGEST) else "normal"


def lifetime(kind: Told, severity: Severity) -> timedelta:
    """How long a message waits for a device that is off (RFC 8030 section 5.2)."""
    if kind in PERSONAL:
        return timedelta(hours=4)
    return timedelta(hours=24 if severity is Severity.CRITICAL else 12)


def subject(link: str, message_id: str) -> str:
    """Of several messages with the same one only the latest is kept and shown (RFC 8030 section 5.4).

    What is told of one incident or session, else the message itself.
    """
    about = link if re.search(r"/[0-9a-f-]{36}$", link) else message_id
    return base64.urlsafe_b64encode(hashlib.sha256(about.encode()).digest()[:24]).decode()


BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """From a User-Agent, for a person's own list: `Firefox, Windows`. Most of them claim to be others too: the order
    decides."""
    found = (next((name for sign, name in known if sign in agent), "") for known in (BROWSERS, SYSTEMS))
    return ", ".join(part for part in found if part) or "Browser"


# --- words ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    body: str
    severity: Severity
    link: str


HEADS = {
    Told.OPENED: "{title}",
    Told.WORSE: "It got worse: {title}",
    Told.ESCALATED: "Nobody has taken it yet: {title}",
    Told.CLOSED: "Over: {title}",
    Told.REMEDY_FAILED: "Couldn't be mended from here: {title}",
    Told.REMEDY_ASKS: "Waits for your yes: {title}",
}


def place_of(one: Happened) -> str:
    spot = f"{one.station} {one.connector}".strip() if one.connector else one.station
    return " · ".join(part for part in (one.location, spot) if part)


def incident_text(kind: Told, one: Happened, said: str = "") -> Text:
    body = [
        said,
        place_of(one),
        f"{one.affected} stations." if one.affected > 1 else "",
        one.detail,
        *([] if kind is Told.CLOSED else [one.advice]),
    ]
    return Text(
        HEADS[kind].format(title=one.title),
        "\n".join(part for part in body if part),
        Severity.INFO if kind is Told.CLOSED else one.severity,
        f"/incidents/{one.id}",
    )


def worst(many: Sequence[Happened]) -> Severity:
    return max((one.severity for one in many), key=lambda one: RANK[one], default=Severity.INFO)


SAYS_MOST = (Told.REMEDY_ASKS, Told.WORSE, Told.REMEDY_FAILED, Told.ESCALATED)


def gathered(noted: Sequence[tuple[Told, Happened]]) -> list[tuple[Told, Happened]]:
    """Of notices that become one message: each incident once, with that of its news which says most and still holds."""
    kinds: dict[str, set[Told]] = {}
    for kind, one in noted:
        kinds.setdefault(one.id, set()).add(kind)
    return [(_news(kinds[one.id], one), one) for one in {one.id: one for _, one in noted}.values()]


def _news(kinds: set[Told], one: Happened) -> Told:
    if one.state is IncidentState.CLOSED:
        return Told.CLOSED
    return next((kind for kind in SAYS_MOST if kind in kinds and must_be_told(kind, one)), Told.OPENED)


def summary_text(noted: Sequence[tuple[Told, Happened]], *, digest: bool = False) -> Text:
    """Many incidents in one message: how many, where, the worst first, and what is new about one that was told."""
    news = gathered(noted)
    many = [one for _, one in news]
    unsolved = [one for one in many if one.state is not IncidentState.CLOSED]
    places = {one.location or one.station for one in many}
    spots = f"at {next(iter(places))}" if len(places) == 1 else f"at {len(places)} places"
    head = f"{len(many)} incidents {spots}" if len(many) > 1 else f"1 incident {spots}"
    over = len(many) - len(unsolved)
    lines = [
        "1 needs somebody." if len(unsolved) == 1 else f"{len(unsolved)} need somebody.",
        *([] if not over else ["1 is over." if over == 1 else f"{over} are over."]),
    ]
    titles: dict[str, int] = {}
    for kind, one in sorted(news, key=lambda each: (-RANK[each[1].severity], each[0] is Told.OPENED)):
        if kind is not Told.CLOSED or not unsolved:
            title = one.title if kind is Told.CLOSED else HEADS[kind].format(title=one.title)
            titles[title] = titles.get(title, 0) + 1
    lines += [f"{count} × {title}" if count > 1 else title for title, count in list(titles.items())[:6]]
    if len(titles) > 6:
        lines.append(f"and {len(titles) - 6} kinds more")
    return Text(("Your digest: " if digest else "") + head, "\n".join(lines), worst(unsolved), "/incidents")


def interrupted(stop_reason: str) -> bool:
    return stop_reason not in NORMAL_STOPS


STOPPED = {
    "PowerLoss": "the station lost its power",
    "EmergencyStop": "the emergency stop was pressed",
    "Reboot": "the station restarted",
    "HardReset": "the station restarted",
    "SoftReset": "the station restarted",
    "ImmediateReset": "the station restarted",
    "GroundFault": "the station's protection tripped",
    "OvercurrentFault": "the station's protection tripped",
    "PowerQuality": "the grid wasn't stable",
    "UnlockCommand": "the cable was unlocked",
    "LocalOutOfCredit": "the credit was used up",
    "Timeout": "the car wasn't connected in time",
}


def session_text(row: Mapping[str, object], *, broken: bool) -> Text:
    """`row`: station_name, location, energy_wh, stop_reason, transaction."""
    where = " · ".join(str(row[name]) for name in ("location", "station_name") if row[name])
    energy = f"{float(str(row['energy_wh'])) / 1000:.1f} kWh"
    link = f"/history/{row['transaction']}"
    if not broken:
        return Text("Your session is finished", f"{where}\n{energy} charged.", Severity.INFO, link)
    why = STOPPED.get(str(row["stop_reason"]), "the station ended it")
    body = f"{where}\n{energy} charged until then: {why}. Look after your car, or start again."
    return Text("Your session was interrupted", body, Severity.WARNING, link)


def back_text(row: Mapping[str, object]) -> Text:
    where = " · ".join(str(row[name]) for name in ("location", "station_name") if row[name])
    body = "\n".join((where, "You can charge there now."))
    return Text("It works again", body, Severity.INFO, f"/locations/{row['place']}")
