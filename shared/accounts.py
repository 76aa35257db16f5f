"""Sign-in, roles, the operator's brand, and what the app must know before sign-in."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request

Email = Annotated[str, msgspec.Meta(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Password = Annotated[str, msgspec.Meta(min_length=8, max_length=200)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Role(StrEnum):
    DRIVER = "driver"
    OPERATOR = "operator"
    ADMIN = "admin"


class Account(Message):
    id: str
    tenant_id: str
    email: str
    name: str
    role: Role
    temporary_password: bool = False
    """Somebody else made the password: it is time to choose an own one."""


class Tokens(Message):
    """`access_token` lives for `expires_in` seconds; `refresh_token` can be used once."""

    access_token: str
    refresh_token: str
    expires_in: int
    account: Account


class SignIn(Request):
    email: Email
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class SignUp(Request):
    email: Email
    password: Password
    name: Name


class Refresh(Request):
    refresh_token: Annotated[str, msgspec.Meta(min_length=10, max_length=400)]


class PasswordChange(Request):
    current: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    new: Password


class Person(Message):
    """Somebody of an operator's people, as its admins see them. Not `active`: can't sign in."""

    id: str
    email: str
    name: str
    role: Role
    active: bool
    created_at: datetime
    temporary_password: bool = False


class PersonNew(Request):
    email: Email
    name: Name
    role: Role = Role.OPERATOR


class PersonChange(Request):
    """What isn't given stays."""

    name: Name | None = None
    role: Role | None = None
    active: bool | None = None


class PersonWithPassword(Message):
    """The password is shown this once. It is good until `expires_at`, or until its owner chooses an own one."""

    person: Person
    password: str
    expires_at: datetime


class DriverGroup(Message):
    """Drivers who have prices of their own. rules: how many tariffs apply for it somewhere."""

    id: str
    name: str
    drivers: int
    rules: int


class DriverGroupNew(Request):
    name: Name


class Driver(Message):
    """A driver, as operators see them."""

    id: str
    name: str
    email: str
    group_id: str | None
    group: str
    active: bool
    created_at: datetime


class DriverChange(Request):
    """group_id null: in no group."""

    group_id: str | None


class Brand(Message):
    """How a tenant looks: `seed_color` as `#RRGGBB`; `logo` as a data URL (SVG or PNG), empty for none."""

    name: str
    seed_color: str
    logo: str = ""
    support_email: str = ""
    currency: str = "EUR"
    time_zone: str = "UTC"
    """The operator's clock, for an app that doesn't know where it runs."""
    country: str = ""
    """ISO 3166-1 alpha-2; where its locations are unless they say otherwise."""


class BrandChange(Request):
    name: Name | None = None
    seed_color: Annotated[str, msgspec.Meta(pattern=r"^#[0-9A-Fa-f]{6}$")] | None = None
    logo: Annotated[str, msgspec.Meta(max_length=200_000)] | None = None
    support_email: Annotated[str, msgspec.Meta(max_length=254)] | None = None


class DemoAccount(Message):
    email: str
    password: str
    name: str
    role: Role


class Meta(Message):
    """What the app must know before sign-in. `demo_accounts` is empty unless the backend runs as a demo."""

    version: str
    demo: bool
    brand: Brand
    demo_accounts: list[DemoAccount] = []
    tile_url: str = ""
    ocpp_url: str = ""
    """Where stations call in, without the identity at its end."""
    hold_amount: Decimal = Decimal(0)
    """What is reserved before a session that costs something, in the currency of its price."""
    start_timeout_s: int = 120
    """How long a requested session waits for the station to begin."""
