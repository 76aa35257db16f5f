"""Every setting, read once from the environment. The table in docs/settings.md is made from this file."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from backend.errors import StartRefused

ROLES = ("ocpp", "web", "worker")
UNKNOWN_STATIONS = ("pending", "refuse")
OCSP_UNVERIFIED = ("accept", "refuse")
SMTP_TLS = ("starttls", "tls", "none")
FILES = (
    "ocpp_tls_cert",
    "ocpp_tls_key",
    "ocpp_tls_client_ca",
    "ca_cert",
    "ca_key",
    "contract_roots",
    "fcm_credentials",
)
LOG_LEVELS = ("debug", "info", "warning", "error")


def _setting(
    variable: str, default: Any, about: str, *, secret: bool = False, least: int = 1, most: int | None = None
) -> Any:
    """`least` and `most` bound a number."""
    known = {"variable": variable, "about": about, "secret": secret, "least": least, "most": most}
    return field(default=default, repr=not secret, metadata=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a node is told from outside. Build it with `from_environment`; it never changes while running."""

    database_url: str = _setting(
        "DATABASE_URL", "", "PostgreSQL address; empty starts the embedded server", secret=True
    )
    nats_url: str = _setting("NATS_URL", "", "NATS address; empty: one process does everything", secret=True)
    data_dir: Path = _setting(
        "WATTLINE_DATA", Path(".wattline"), "Folder of the embedded database and of local secrets"
    )
    roles: tuple[str, ...] = _setting("WATTLINE_ROLES", ROLES, "What this process does: ocpp, web, worker")
    host: str = _setting("WATTLINE_HOST", "127.0.0.1", "Address the web server listens on")
    port: int = _setting("WATTLINE_PORT", 8000, "Port of the web app and the API", most=65535)
    health_port: int = _setting(
        "WATTLINE_HEALTH_PORT",
        0,
        "Port of /health and /metrics of a process without the web role; 0: none",
        least=0,
        most=65535,
    )
    drain_s: int = _setting(
        "WATTLINE_DRAIN",
        10,
        "How long a node of several takes to hand its stations over when it stops, seconds; 0: at once",
        least=0,
        most=600,
    )
    ocpp_host: str = _setting("WATTLINE_OCPP_HOST", "127.0.0.1", "Address the OCPP listener listens on")
    ocpp_port: int = _setting("WATTLINE_OCPP_PORT", 9000, "Port of the OCPP listener", most=65535)
    ocpp_tls_port: int = _setting(
        "WATTLINE_OCPP_TLS_PORT", 0, "Port of the OCPP listener with TLS; 0: none", least=0, most=65535
    )
    ocpp_tls_cert: str = _setting("WATTLINE_OCPP_TLS_CERT", "", "Certificate chain of that listener, a PEM file")
    ocpp_tls_key: str = _setting("WATTLINE_OCPP_TLS_KEY", "", "Its private key, a PEM file")
    ocpp_tls_client_ca: str = _setting(
        "WATTLINE_OCPP_TLS_CLIENT_CA", "", "Roots of the stations' own certificates, a PEM file"
    )
    ca_url: str = _setting(
        "WATTLINE_CA_URL", "", "Authority that signs stations' certificates, over HTTP; empty: Wattline signs itself"
    )
    ca_cert: str = _setting(
        "WATTLINE_CA_CERT", "", "Certificate (and those above it) of the own authority, a PEM file; empty: made once"
    )
    ca_key: str = _setting("WATTLINE_CA_KEY", "", "Its private key, a PEM file")
    ca_days: int = _setting("WATTLINE_CA_DAYS", 365, "How long certificates last that are signed here, days", most=3650)
    ca_organisation: str = _setting(
        "WATTLINE_CA_ORGANISATION",
        "",
        "Operator's name that stations' requests for a certificate must carry (CpoName); empty: any",
    )
    file_hosts: tuple[str, ...] = _setting(
        "WATTLINE_FILE_HOSTS", (), "Hosts inside the own network that stations may be sent to for firmware"
    )
    contract_roots: str = _setting(
        "WATTLINE_CONTRACT_ROOTS", "", "Roots of mobility operators for contract certificates of cars, a PEM file"
    )
    ev_certificates_url: str = _setting(
        "WATTLINE_EV_CERTIFICATES_URL", "", "Provider of contract certificates for cars (ISO 15118), over HTTP"
    )
    ocsp_hosts: tuple[str, ...] = _setting(
        "WATTLINE_OCSP_HOSTS", (), "OCSP responders inside the own network that stations may name"
    )
    feed_hosts: tuple[str, ...] = _setting(
        "WATTLINE_FEED_HOSTS", (), "Servers inside the own network that prices, CO2 or solar forecasts may come from"
    )
    ocsp_unverified: str = _setting(
        "WATTLINE_OCSP_UNVERIFIED",
        "accept",
        "OCSP answers about contracts whose issuer nobody here knows: accept (and told at the station) or refuse",
    )
    public_url: str = _setting(
        "WATTLINE_PUBLIC_URL", "", "Address people type into a browser; empty: from host and port"
    )
    ocpp_public_url: str = _setting(
        "WATTLINE_OCPP_PUBLIC_URL",
        "",
        "Address to enter into stations, such as wss://ocpp.example.com/ocpp; empty: from host and port",
    )
    secret: str = _setting(
        "WATTLINE_SECRET", "", "Signs access tokens; empty: made once in the data folder", secret=True
    )
    demo: bool = _setting("WATTLINE_DEMO", False, "Offer demo accounts at sign-in")
    tenant: str = _setting("WATTLINE_TENANT", "Wattline", "Name of the first tenant, made at the first start")
    admin_email: str = _setting(
        "WATTLINE_ADMIN_EMAIL", "", "E-mail of the first administrator, made at the first start"
    )
    admin_password: str = _setting("WATTLINE_ADMIN_PASSWORD", "", "Password of the first administrator", secret=True)
    unknown_stations: str = _setting(
        "WATTLINE_UNKNOWN_STATIONS",
        "pending",
        "Stations nobody entered: pending (held for an operator) or refuse",
    )
    heartbeat_s: int = _setting("WATTLINE_HEARTBEAT", 60, "Heartbeat interval told to stations, seconds")
    ping_s: int = _setting("WATTLINE_PING", 30, "WebSocket ping interval, seconds; 0 turns pings off", least=0)
    silence_s: int = _setting(
        "WATTLINE_SILENCE", 180, "A connected station that says nothing for so long raises an alert, seconds"
    )
    call_timeout_s: int = _setting(
        "WATTLINE_CALL_TIMEOUT", 30, "How long a station may take to answer a command, seconds"
    )
    station_rate: int = _setting(
        "WATTLINE_STATION_RATE",
        50,
        "Messages and pings a second that one station may send for long; beyond, it is read more slowly; 0: no limit",
        least=0,
    )
    start_timeout_s: int = _setting(
        "WATTLINE_START_TIMEOUT", 120, "How long a requested session waits for the station to begin, seconds"
    )
    quirks: str = _setting("WATTLINE_QUIRKS", "", "Your own profiles of stations' habits, a TOML file")
    max_frame: int = _setting("WATTLINE_MAX_FRAME", 262144, "Largest OCPP message, bytes", least=1024)
    hold_amount: str = _setting(
        "WATTLINE_HOLD",
        "50.00",
        "Amount reserved on the driver's card before a session, in the tenant's currency",
    )
    stripe_api: str = _setting(
        "WATTLINE_STRIPE_API", "", "Another address of Stripe's API, for tests; empty: Stripe's own"
    )
    access_token_s: int = _setting("WATTLINE_ACCESS_TOKEN", 900, "Life of an access token, seconds")
    refresh_token_s: int = _setting("WATTLINE_REFRESH_TOKEN", 2592000, "Life of a refresh token, seconds")
    pool_min: int = _setting("WATTLINE_POOL_MIN", 2, "Fewest database connections")
    pool_max: int = _setting("WATTLINE_POOL_MAX", 20, "Most database connections")
    frame_days: int = _setting("WATTLINE_FRAME_DAYS", 14, "How long logged OCPP messages are kept, days")
    reading_days: int = _setting(
        "WATTLINE_READING_DAYS", 400, "How long single meter readings are kept, days; bills stay", least=35
    )
    status_days: int = _setting(
        "WATTLINE_STATUS_DAYS",
        800,
        "How long the past of outlets and links is kept, days; availability before that isn't known",
        least=60,
    )
    tile_url: str = _setting(
        "WATTLINE_TILE_URL", "", "Map tile server, as https://…/{z}/{x}/{y}.png; empty: the bundled map"
    )
    smtp_host: str = _setting("WATTLINE_SMTP_HOST", "", "Mail server; empty: no e-mail leaves")
    smtp_port: int = _setting("WATTLINE_SMTP_PORT", 587, "Port of the mail server", most=65535)
    smtp_user: str = _setting("WATTLINE_SMTP_USER", "", "Account at the mail server; empty: none is asked for")
    smtp_password: str = _setting("WATTLINE_SMTP_PASSWORD", "", "Password of that account", secret=True)
    smtp_tls: str = _setting("WATTLINE_SMTP_TLS", "starttls", "How the mail server is reached: starttls, tls or none")
    smtp_from: str = _setting(
        "WATTLINE_SMTP_FROM", "", "Address that e-mail comes from; empty: noreply@ the mail server"
    )
    fcm_credentials: str = _setting(
        "WATTLINE_FCM_CREDENTIALS",
        "",
        "Service account of Firebase, a JSON file: push to apps with a token; browsers need none",
    )
    push_contact: str = _setting(
        "WATTLINE_PUSH_CONTACT",
        "",
        "E-mail under which push services find whoever runs this; empty: the app's address",
    )
    push_hosts: tuple[str, ...] = _setting(
        "WATTLINE_PUSH_HOSTS", (), "Push services of browsers inside the own network"
    )
    webhook_hosts: tuple[str, ...] = _setting(
        "WATTLINE_WEBHOOK_HOSTS", (), "Hosts inside the own network that webhooks may call"
    )
    log_level: str = _setting("WATTLINE_LOG_LEVEL", "info", "debug, info, warning or error")
    log_json: bool = _setting("WATTLINE_LOG_JSON", False, "One JSON object a log line")

    @property
    def half_pool(self) -> int:
        """What a crowd (of requests, of stations that come back) may take of the database's connections at most."""
        return max(2, self.pool_max // 2)

    @property
    def app_url(self) -> str:
        return self.public_url.rstrip("/") or f"http://{_reachable(self.host)}:{self.port}"

    @property
    def local_url(self) -> str:
        """Where this very process answers: the app it serves talks to its own API there."""
        return f"http://{_reachable(self.host)}:{self.port}"

    @property
    def station_url(self) -> str:
        """What is entered into a station, without the identity at its end."""
        return self.ocpp_public_url.rstrip("/") or self.ocpp_url

    @property
    def ocpp_url(self) -> str:
        return f"ws://{_reachable(self.ocpp_host)}:{self.ocpp_port}/ocpp"


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host


def _parse(variable: str, text: str, default: Any) -> Any:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if isinstance(default, int):
            return int(text)
    except (KeyError, ValueError):
        wanted = "true or false" if isinstance(default, bool) else "a whole number"
        raise StartRefused(f"{variable} is {text!r}; it must be {wanted}.") from None
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def from_environment(environ: Mapping[str, str] = os.environ, **override: Any) -> Settings:
    """Settings from environment variables; `override` wins where it isn't None.

    Raises StartRefused, with the variable and what it may be, for a value that can't work.
    """
    values: dict[str, Any] = {}
    known = set()
    for one in fields(Settings):
        variable = one.metadata["variable"]
        known.add(variable)
        text = environ.get(variable, "")
        if text != "":
            values[one.name] = _parse(variable, text, one.default)
    unknown = sorted(
        name for name in environ if name.startswith("WATTLINE_") and name not in known | {"WATTLINE_API_URL"}
    )
    if unknown:
        raise StartRefused(f"{unknown[0]} is not a setting of Wattline; docs/settings.md lists them.")
    values.update({name: value for name, value in override.items() if value is not None})
    settings = Settings(**values)
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    """Raises StartRefused for what each value alone doesn't show."""
    for one in fields(Settings):
        value = getattr(settings, one.name)
        if isinstance(value, int) and not isinstance(value, bool):
            _check_bounds(one.metadata, value)
    wrong = [role for role in settings.roles if role not in ROLES]
    if wrong or not settings.roles:
        raise StartRefused(f"WATTLINE_ROLES names {', '.join(wrong) or 'nothing'}; choose from {', '.join(ROLES)}.")
    for variable, value, choices in (
        ("WATTLINE_UNKNOWN_STATIONS", settings.unknown_stations, UNKNOWN_STATIONS),
        ("WATTLINE_OCSP_UNVERIFIED", settings.ocsp_unverified, OCSP_UNVERIFIED),
        ("WATTLINE_SMTP_TLS", settings.smtp_tls, SMTP_TLS),
        ("WATTLINE_LOG_LEVEL", settings.log_level.lower(), LOG_LEVELS),
    ):
        if value not in choices:
            raise StartRefused(f"{variable} is {value!r}; choose from {', '.join(choices)}.")
    if "ocpp" not in settings.roles and not settings.nats_url:
        raise StartRefused(
            f"A process that is only {' and '.join(settings.roles)} must reach those that hold the stations; "
            "set NATS_URL on every node, or leave WATTLINE_ROLES empty when one process does everything."
        )
    if settings.nats_url and not settings.database_url:
        raise StartRefused("Several nodes share one database: set DATABASE_URL to the same PostgreSQL on each.")
    if settings.pool_min > settings.pool_max:
        raise StartRefused("WATTLINE_POOL_MIN is larger than WATTLINE_POOL_MAX.")
    if not re.fullmatch(r"\d{1,8}(\.\d{1,3})?", settings.hold_amount):
        raise StartRefused(f"WATTLINE_HOLD is {settings.hold_amount!r}; it must be an amount such as 50.00.")
    if settings.ocpp_tls_port and not (settings.ocpp_tls_cert and settings.ocpp_tls_key):
        raise StartRefused("WATTLINE_OCPP_TLS_PORT needs WATTLINE_OCPP_TLS_CERT and WATTLINE_OCPP_TLS_KEY.")
    if (settings.ocpp_tls_cert or settings.ocpp_tls_key or settings.ocpp_tls_client_ca) and not settings.ocpp_tls_port:
        raise StartRefused("Certificates of the OCPP listener need its WATTLINE_OCPP_TLS_PORT, such as 9443.")
    _check_ports(settings)
    if bool(settings.ca_cert) != bool(settings.ca_key):
        raise StartRefused("WATTLINE_CA_CERT and WATTLINE_CA_KEY belong together; set both or none.")
    if settings.public_url and not settings.public_url.startswith(("http://", "https://")):
        raise StartRefused("WATTLINE_PUBLIC_URL must begin with https:// or http://.")
    if bool(settings.admin_email) != bool(settings.admin_password):
        raise StartRefused("WATTLINE_ADMIN_EMAIL and WATTLINE_ADMIN_PASSWORD belong together; set both or none.")
    _check_files(settings)


def _check_files(settings: Settings) -> None:
    """At the start, not when a car or a telephone needs one for the first time."""
    for one in fields(Settings):
        path = getattr(settings, one.name) if one.name in FILES else ""
        if path:
            try:
                Path(path).open("rb").close()
            except OSError as error:
                variable = one.metadata["variable"]
                raise StartRefused(f"{variable} names {path}, which can't be read ({error.strerror}).") from None


def _check_ports(settings: Settings) -> None:
    web = (
        {"WATTLINE_PORT": settings.port} if "web" in settings.roles else {"WATTLINE_HEALTH_PORT": settings.health_port}
    )
    ocpp = {"WATTLINE_OCPP_PORT": settings.ocpp_port, "WATTLINE_OCPP_TLS_PORT": settings.ocpp_tls_port}
    used = web | (ocpp if "ocpp" in settings.roles else {})
    for one, port in used.items():
        for other, same in used.items():
            if one < other and port == same and port:
                raise StartRefused(f"{one} and {other} are both {port}; each needs a port of its own.")


def _check_bounds(setting: Mapping[str, Any], value: int) -> None:
    least, most = setting["least"], setting["most"]
    if value < least or (most is not None and value > most):
        wanted = f"{least} or more" if most is None else f"between {least} and {most}"
        raise StartRefused(f"{setting['variable']} is {value}; it must be {wanted}.")
