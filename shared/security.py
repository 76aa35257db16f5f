"""How a station proves who it is."""

from typing import Annotated

import msgspec

from shared.base import Message, Request

Profile = Annotated[int, msgspec.Meta(ge=0, le=3)]
"""0: nothing, 1: password, 2: TLS and password, 3: TLS with a client certificate."""


class SecurityProfileChange(Request):
    """Only upward. A station that has connected before keeps its present one until it comes back by the higher one,
    unless `at_once` refuses it from now on."""

    profile: Profile
    at_once: bool = False


class SecurityProfileSend(Request):
    profile: Profile


class PasswordChange(Request):
    """None: a new one is made, as strong as the station's version can carry."""

    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class PasswordChanged(Message):
    """What the station said. `password`: the one that was made, shown this once; None for one that was given, or
    that the station refused. The old one counts until the station signs in with the new one."""

    accepted: bool
    status: str
    password: str | None = None
