"""Who is told of what: wishes, routes, rotas, channels, and every message with what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.operations import Severity

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""A time of the day as 22:00, in the operator's time zone."""
ClockOrNone = Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Channel(StrEnum):
    APP = "app"
    PUSH = "push"
    EMAIL = "email"
    WEBHOOK = "webhook"


class Told(StrEnum):
    """What a message is about."""

    OPENED = "incident_opened"
    WORSE = "incident_worse"
    """It became critical after it was told as something less."""
    ESCALATED = "incident_escalated"
    CLOSED = "incident_closed"
    SUMMARY = "summary"
    DIGEST = "digest"
    REMEDY_FAILED = "remedy_failed"
    REMEDY_ASKS = "remedy_asks"
    SESSION_FINISHED = "session_finished"
    SESSION_INTERRUPTED = "session_interrupted"
    STATION_BACK = "station_back"
    TEST = "test"


class DeliveryState(StrEnum):
    """HELD waits for the end of quiet hours, for the digest, or for a storm to pass. SKIPPED: there was no way."""

    HELD = "held"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


# --- one's own -----------------------------------------------------------------------------------------------


class Platform(StrEnum):
    ANDROID = "android"
    IOS = "ios"
    WEB = "web"


Language = Annotated[str, msgspec.Meta(pattern=r"^([a-z]{2})?$")]
"""Of messages, as `de`; empty, or one that isn't spoken: English."""


class PushDeviceNew(Request):
    token: Annotated[str, msgspec.Meta(min_length=8, max_length=4096)]
    platform: Platform
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    language: Language = ""


class PushDevice(Message):
    id: str
    platform: Platform
    name: str
    seen_at: datetime


class PushTicket(Message):
    """Good for one thing and some minutes: to have push turned on, in a browser that isn't signed in itself."""

    ticket: str
    path: str
    """Of the page that takes it, at the address of the app."""
    expires_at: datetime


Endpoint = Annotated[str, msgspec.Meta(min_length=10, max_length=2000)]
BrowserKey = Annotated[str, msgspec.Meta(max_length=100, pattern=r"^[A-Za-z0-9_-]+={0,2}$")]
Ticket = Annotated[str, msgspec.Meta(max_length=2000)]


class BrowserAsks(Request):
    """`endpoint` empty: this browser has no subscription."""

    ticket: Ticket
    endpoint: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    language: Language = ""


class BrowserNew(Request):
    """A PushSubscription (W3C Push API)."""

    ticket: Ticket
    endpoint: Endpoint
    p256dh: BrowserKey
    auth: BrowserKey
    language: Language = ""


class BrowserMoved(Request):
    """What a browser's service worker says when its push service gave it another address; it proves the old one."""

    old_endpoint: Endpoint
    old_auth: BrowserKey
    endpoint: Endpoint
    p256dh: BrowserKey
    auth: BrowserKey


class BrowserState(Message):
    """`on`: this browser gets this person's messages. `back`: the page of the app that one came from."""

    name: str
    on: bool
    back: str


class Wishes(Request):
    """What somebody wants to hear, and how. Critical ones come through quiet hours where `critical_always`.

    `digest_at`: what isn't critical comes once a day at this time. The last three are for drivers.
    """

    push: bool = True
    email: bool = True
    quiet_from: ClockOrNone = ""
    quiet_to: ClockOrNone = ""
    critical_always: bool = True
    digest_at: ClockOrNone = ""
    session_finished: bool = True
    session_interrupted: bool = True
    station_back: bool = True


class Watched(Message):
    """A station of which a driver wants to hear when it works again."""

    station_id: str
    identity: str
    name: str
    location: str


class OwnNotifications(Message):
    """`email_works`: whether the house has that channel at all."""

    wishes: Wishes
    devices: list[PushDevice]
    watched: list[Watched]
    email_works: bool


class Notice(Message):
    """A message in the app."""

    id: str
    kind: Told
    severity: Severity
    title: str
    body: str
    link: str
    at: datetime
    read: bool


# --- channels ------------------------------------------------------------------------------------------------


class HookKind(StrEnum):
    """The form of the body: GENERIC signed JSON, SLACK and TEAMS what these chats take, SMS for a gateway."""

    GENERIC = "generic"
    SLACK = "slack"
    TEAMS = "teams"
    SMS = "sms"


class HookSet(Request):
    name: Title
    kind: HookKind
    url: Annotated[str, msgspec.Meta(min_length=10, max_length=2000, pattern=r"^https?://[^\s]+$")]


class ChannelState(Message):
    """`id` push, email, app, or that of a webhook. `down`: the last messages did not get through.

    `secret` signs a webhook's calls (standardwebhooks.com).
    """

    id: str
    channel: Channel
    name: str
    works: bool
    down: bool
    failures: int
    error: str
    failing_since: datetime | None
    ok_at: datetime | None
    waiting: int
    kind: HookKind | None = None
    url: str = ""
    secret: str = ""


# --- rotas ---------------------------------------------------------------------------------------------------


class Override(Request):
    """Somebody else for a time."""

    account_id: Id
    begins_at: datetime
    ends_at: datetime


class RotaSet(Request):
    """The members take turns: `shift_hours` each, the first one from `starts_at` on, by the operator's clock: who takes
    over at eight does so in summer and in winter."""

    name: Title
    members: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=50)]
    starts_at: datetime
    shift_hours: Annotated[int, msgspec.Meta(ge=1, le=24 * 90)] = 168
    overrides: Annotated[list[Override], msgspec.Meta(max_length=100)] = []


class Rota(Message):
    """`on_call`: the account whose turn it is now, until `until`; empty: nobody of them is left."""

    id: str
    plan: RotaSet
    names: dict[str, str]
    on_call: str
    until: datetime


# --- routes --------------------------------------------------------------------------------------------------


class TargetKind(StrEnum):
    ROLE = "role"
    ACCOUNT = "account"
    ROTA = "rota"
    HOOK = "hook"


class Target(Request):
    """`id`: operator or admin, else the id of an account, a rota or a webhook."""

    kind: TargetKind
    id: Id


class Hours(Request):
    """Days as 0 (Monday) to 6. A span that ends before it begins goes on until the next morning."""

    days: Annotated[list[Annotated[int, msgspec.Meta(ge=0, le=6)]], msgspec.Meta(min_length=1, max_length=7)]
    begins: Clock
    ends: Clock


class Step(Request):
    """Nobody acknowledged for so long: these are told too."""

    after_min: Annotated[int, msgspec.Meta(ge=1, le=24 * 60)]
    targets: Annotated[list[Target], msgspec.Meta(min_length=1, max_length=20)]
    channels: Annotated[list[Channel], msgspec.Meta(min_length=1, max_length=3)] = msgspec.field(
        default_factory=lambda: [Channel.APP, Channel.PUSH]
    )


class RouteSet(Request):
    """Which incidents go to whom. Empty lists: all places, all rules. `hours` None: always."""

    name: Title
    targets: Annotated[list[Target], msgspec.Meta(min_length=1, max_length=20)]
    channels: Annotated[list[Channel], msgspec.Meta(min_length=1, max_length=3)] = msgspec.field(
        default_factory=lambda: [Channel.APP, Channel.PUSH]
    )
    enabled: bool = True
    min_severity: Severity = Severity.WARNING
    location_ids: Annotated[list[Id], msgspec.Meta(max_length=500)] = []
    rules: Annotated[list[Id], msgspec.Meta(max_length=100)] = []
    hours: Hours | None = None
    steps: Annotated[list[Step], msgspec.Meta(max_length=5)] = []
    on_close: bool = False


class Route(Message):
    """`id` empty: what is done as long as nobody made a route."""

    id: str
    plan: RouteSet


# --- deliveries ----------------------------------------------------------------------------------------------


class Delivery(Message):
    id: str
    channel: Channel
    kind: Told
    severity: Severity
    state: DeliveryState
    to: str
    title: str
    body: str
    link: str
    reason: str
    attempts: int
    error: str
    messages: int
    """How many notices it tells at once."""
    created_at: datetime
    due_at: datetime | None
    sent_at: datetime | None
