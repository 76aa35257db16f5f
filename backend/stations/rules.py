"""What stations and their connectors amount to: pure decisions, no I/O."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from backend.stations.model import PLAIN, Proof, VariableReport
from shared.money import PriceHeadline
from shared.stations import Availability, ConnectorStatus, Registration

WORST_FIRST: tuple[ConnectorStatus, ...] = (
    ConnectorStatus.FAULTED,
    ConnectorStatus.UNAVAILABLE,
    ConnectorStatus.UNKNOWN,
    ConnectorStatus.SUSPENDED,
    ConnectorStatus.FINISHING,
    ConnectorStatus.CHARGING,
    ConnectorStatus.OCCUPIED,
    ConnectorStatus.RESERVED,
    ConnectorStatus.AVAILABLE,
)
"""How much a state asks of an operator. OFFLINE is missing: no connector reports it."""

STATION_ORDER = (WORST_FIRST[0], ConnectorStatus.OFFLINE, *WORST_FIRST[1:])
"""The order of a station list sorted by status."""

IN_USE = frozenset(
    {
        ConnectorStatus.OCCUPIED,
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED,
        ConnectorStatus.FINISHING,
        ConnectorStatus.RESERVED,
    }
)

MAX_PENDING = 1000
"""Stations nobody entered that may wait for an operator at one time."""
MAX_EVSES = 100
MAX_CONNECTORS_PER_EVSE = 10
"""A station can't announce more: its reports make rows, and a broken or hostile one must not fill the disk."""

TLS = 2
MUTUAL_TLS = 3
"""Security profiles (OCPP 2.0.1 part 2, A00): 0 nothing, 1 password, 2 TLS and password, 3 client certificate."""

HASH_SCHEME = "sha256"
_HEX_KEY = re.compile(r"^(?:[0-9A-Fa-f]{2}){16,20}$")
"""How 1.6 writes 16 to 20 bytes (AuthorizationKey): stations sign in with these bytes, or with the text in any case."""


def shown_status(online: bool, status: str) -> ConnectorStatus:
    """What screens show for a connector: what it reported last, unless nobody can know what it does now."""
    return ConnectorStatus(status) if online else ConnectorStatus.OFFLINE


def worst_status(online: bool, statuses: Iterable[str]) -> ConnectorStatus:
    """The state word of a whole station; UNKNOWN for a connected one that announced no connector yet."""
    if not online:
        return ConnectorStatus.OFFLINE
    present = set(statuses)
    return next((status for status in WORST_FIRST if status.value in present), ConnectorStatus.UNKNOWN)


def availability(statuses: Iterable[ConnectorStatus]) -> Availability:
    """Counts for drivers. Whatever is neither free nor in use can't be used now: out of order."""
    known = list(statuses)
    available = sum(status is ConnectorStatus.AVAILABLE for status in known)
    in_use = sum(status in IN_USE for status in known)
    return Availability(
        total=len(known), available=available, in_use=in_use, out_of_order=len(known) - available - in_use
    )


def connector_label(evse: int, number: int) -> str:
    """What is printed beside an outlet: `2`, and `2-1`, `2-2` where an EVSE has several cables."""
    return str(evse) if number == 1 else f"{evse}-{number}"


def may_exist(evse: int, number: int) -> bool:
    """Whether a report about this outlet may make a row for it."""
    return 1 <= evse <= MAX_EVSES and 1 <= number <= MAX_CONNECTORS_PER_EVSE


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What is known of a connector, as far as a new report can change it."""

    status: str
    error_code: str
    error_info: str
    withheld: bool = False
    """SUSPENDED because the station gives nothing."""


def status_changed(known: StatusFacts, reported: StatusFacts) -> bool:
    """Whether a report says anything new. Stations repeat themselves after every boot and every few minutes.

    Reports count in the order of their arrival: a station whose clock jumped must not be stuck in the past.
    """
    return known != reported


def quiet(facts: StatusFacts) -> bool:
    """Whether nothing is wrong with it."""
    return facts.status != ConnectorStatus.FAULTED and facts.error_code in ("", "NoError") and not facts.error_info


def with_reason(known: StatusFacts, reported: StatusFacts) -> StatusFacts:
    """A report that can't say why: what was told before stands, until the outlet is out of its fault."""
    if known.status == ConnectorStatus.FAULTED != reported.status:
        return reported
    return replace(reported, error_code=known.error_code, error_info=known.error_info)


def location_problems(
    values: Mapping[str, Any], countries: Collection[str], zones: Collection[str]
) -> list[tuple[str, str]]:
    """Why a location can't be taken, as (path, plain words); only what is among the values is looked at."""
    found: list[tuple[str, str]] = []
    if not values.get("name", "-"):
        found.append(("$.name", "A location needs a name."))
    country = values.get("country")
    if country and country not in countries:
        found.append(("$.country", f"{country} is not a country's code; two letters such as DE or AT (ISO 3166)."))
    zone = values.get("time_zone")
    if zone is not None and zone not in zones:
        found.append(("$.time_zone", f"{zone or 'Nothing'} is not a time zone; a name such as Europe/Berlin."))
    return found


# --- who may connect ---------------------------------------------------------------------------------


def identity_problem(identity: str) -> str:
    """Why a text can't be a station's identity; empty if it can (OCPP-J 1.6 §3.1.1, 2.0.1 part 4 §3.1.1)."""
    if not identity or identity != identity.strip():
        return "An identity needs at least one character and none of its ends may be a space."
    if len(identity) > 48:
        return "An identity has at most 48 characters."
    if "/" in identity or any(ord(character) < 32 or ord(character) == 127 for character in identity):
        return "An identity has neither slashes nor control characters."
    return ""


def hash_password(password: str, salt: bytes | None = None) -> str:
    """`sha256$<salt>$<digest>`, both in hexadecimal.

    A station's password is a machine's secret of at least 16 random characters, so nobody can run through
    the likely ones and a slow hash would add nothing; and it is checked at every reconnect, which happens
    for thousands of stations in the same second after a network failure. People's passwords use argon2.
    """
    salt = secrets.token_bytes(16) if salt is None else salt
    if _HEX_KEY.match(password):
        password = password.lower()
    digest = hmac.new(salt, password.encode(), hashlib.sha256).hexdigest()
    return f"{HASH_SCHEME}${salt.hex()}${digest}"


def password_matches(password_hash: str, offered: str | None) -> bool:
    """Compare in constant time. An empty hash asks for no password: anything fits."""
    if not password_hash:
        return True
    if offered is None:
        return False
    scheme, salt, _ = password_hash.split("$")
    if scheme != HASH_SCHEME:
        return False
    meant = [offered]
    if 16 <= len(raw := offered.encode()) <= 20:
        meant.append(raw.hex())  # the bytes of a hexadecimal key may make a text
    found = [hmac.compare_digest(hash_password(one, bytes.fromhex(salt)), password_hash) for one in meant]
    return any(found)


@dataclass(frozen=True, slots=True)
class Known:
    """What admission depends on, of a station that has a row.

    pending_passwords: hashes of those that were sent to it; pending_profile: what it was told to come back with.
    Both count beside the old ones until it uses them, so that nobody locks a station out.
    """

    registration: Registration
    password_hash: str
    profile: int = 0
    pending_passwords: Sequence[str] = ()
    pending_profile: int | None = None


def admission_refusal(
    known: Known | None, password: str | None, unknown_stations: str, proof: Proof = PLAIN, identity: str = ""
) -> str:
    """Why a station may not connect: `password`, `profile`, `certificate`, `rejected` or `unknown`; empty if it may.

    The way of the connection comes first: over plain TCP a station that needs TLS isn't even asked for its password.
    Then the password, so that a stranger learns nothing about the registration.
    """
    if known is None:
        return "" if unknown_stations == "pending" else "unknown"
    if known.profile >= TLS and not proof.secure:
        return "profile"
    if proof.common_name not in (None, identity) or (known.profile == MUTUAL_TLS and proof.common_name is None):
        return "certificate"
    certified = proof.common_name is not None and MUTUAL_TLS in (known.profile, known.pending_profile)
    if not certified and not any(
        password_matches(one, password) for one in (known.password_hash, *known.pending_passwords)
    ):
        return "password"
    return "rejected" if known.registration is Registration.REJECTED else ""


def new_password_used(known: Known, password: str | None) -> str:
    """The hash of the new password that an admitted station signed in with; empty: with the old one, or with none."""
    if known.password_hash and password_matches(known.password_hash, password):
        return ""
    return next((one for one in known.pending_passwords if password_matches(one, password)), "")


def profile_met(known: Known, password: str | None, proof: Proof) -> bool:
    """Whether an admitted station came by the higher profile that it was told."""
    if known.pending_profile is None or known.pending_profile <= known.profile:
        return False
    if known.pending_profile == MUTUAL_TLS:
        return proof.common_name is not None
    has_password = bool(known.password_hash or known.pending_passwords) and password is not None
    return has_password and (proof.secure or known.pending_profile < TLS)


_PLAIN_KEY = re.compile(r"^[A-Za-z0-9*\-_=:+|@.]{16,40}$")
"""passwordString of 2.0.1 (A00.FR.205, part 2 appendix)."""


def password_problem(password: str, version: str) -> str:
    """Why a station of this version can't take a password; empty if it can. `version` empty: not known yet."""
    if version == "1.6":
        if _HEX_KEY.match(password) or (16 <= len(password.encode()) <= 20 and password.isprintable()):
            return ""
        return "OCPP 1.6 takes 16 to 20 bytes: as text, or as 32 to 40 hexadecimal digits."
    if _PLAIN_KEY.match(password):
        return ""
    return "A station's password has 16 to 40 letters, digits, or * - _ = : + | @ ."


def password_on_wire(password: str, version: str) -> str:
    """1.6 sends it as hexadecimal digits (security whitepaper, AuthorizationKey)."""
    return password if version != "1.6" or _HEX_KEY.match(password) else password.encode().hex()


def fresh_password(version: str) -> str:
    """As strong as the version can carry."""
    return secrets.token_hex(20) if version == "1.6" else secrets.token_urlsafe(30)


def security_words(profile: int, has_password: bool) -> str:
    """What an operator reads about the way a station must prove who it is."""
    if profile == MUTUAL_TLS:
        return "TLS and client certificate"
    if profile == TLS:
        return "TLS and password"
    return "Password" if has_password else "No password"


# --- texts and secrets -------------------------------------------------------------------------------


def clean(text: str | None, length: int = 200) -> str:
    """A text from a station as it can be stored: no control characters, not the word "null", bounded."""
    if text is None:
        return ""
    printable = "".join(character for character in text if character.isprintable()).strip()
    return "" if printable.lower() == "null" else printable[:length]


SECRET_NAMES = frozenset({"authorizationkey", "basicauthpassword", "password"})
BLANK = "•••"


def is_sign_in(name: str) -> bool:
    """Whether it is the password that the station signs in with."""
    return name.lower() in ("authorizationkey", "basicauthpassword")


def is_secret(name: str) -> bool:
    """Whether a configuration key or variable holds a password (OCPP 1.6 security §A00, 2.0.1 SecurityCtrlr)."""
    return name.rsplit(".", 1)[-1].split("/", 1)[0].lower() in SECRET_NAMES


def merged(reports: Iterable[VariableReport]) -> list[VariableReport]:
    """One report a variable: the last word on each part of it wins."""
    found: dict[tuple[str, int, int, str], VariableReport] = {}
    for one in reports:
        before = found.get(one.key)
        if before is not None:
            one = replace(
                one,
                value=one.value if one.actual else before.value,
                actual=one.actual or before.actual,
                read_only=before.read_only if one.read_only is None else one.read_only,
                attributes={**before.attributes, **one.attributes},
                characteristics=one.characteristics or before.characteristics,
            )
        found[one.key] = one
    return list(found.values())


def countable(report: VariableReport) -> bool:
    """Whether its place is one that a column can hold."""
    return all(0 <= number < 2**31 for number in (report.evse, report.connector))


def storable(report: VariableReport) -> VariableReport:
    """Texts as columns take them; of a password nothing is kept but that there is one."""
    secret = is_secret(report.name)

    def text(value: Any) -> Any:
        return value.replace("\0", "") if isinstance(value, str) else value

    about = {
        name: BLANK if secret and name.endswith(".value") else text(value) for name, value in report.attributes.items()
    }
    characteristics = report.characteristics
    if characteristics is not None:
        characteristics = {name: text(value) for name, value in characteristics.items()}
    return replace(
        report,
        component=clean(report.component, 101),
        name=clean(report.name, 110),
        value=BLANK if secret and report.actual else text(report.value),
        attributes=about,
        characteristics=characteristics,
    )


def redact(payload: Any) -> Any:
    """A JSON value as it may be kept: every password in it blanked, without NUL characters (no JSONB holds them)."""
    if isinstance(payload, str):
        return payload.replace("\0", "")
    if isinstance(payload, list):
        return [redact(item) for item in payload]
    if not isinstance(payload, Mapping):
        return payload
    names = [payload.get("key"), payload.get("name")]
    variable = payload.get("variable")
    if isinstance(variable, Mapping):
        names.append(variable.get("name"))
    holds_secret = any(isinstance(name, str) and is_secret(name) for name in names)
    return {
        redact(key): BLANK if is_secret(key) or (holds_secret and key in ("value", "attributeValue")) else redact(value)
        for key, value in payload.items()
    }


def cheapest(prices: Iterable[PriceHeadline]) -> PriceHeadline | None:
    """The price a location is announced with: the lowest for energy, then for time, then for the start."""
    zero = Decimal(0)
    return min(prices, key=lambda price: (price.energy or zero, price.time or zero, price.flat or zero), default=None)


def like(search: str) -> str:
    """A search text as a pattern for ILIKE: what people type is never a wildcard."""
    escaped = search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


FAILED_STARTS_DOUBT = 2


def doubtful(known_fault: bool, reported: bool, failed_starts: int) -> bool:
    """Whether a driver should know, before the way there, that a station may not work."""
    return known_fault or reported or failed_starts >= FAILED_STARTS_DOUBT
