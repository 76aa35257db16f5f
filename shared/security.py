"""How a station proves who it is."""

from typing import Annotated

import msgspec

from shared.base import Request


class SecurityProfileChange(Request):
    """0: nothing, 1: password, 2: TLS and password, 3: TLS with a client certificate. Only upward."""

    profile: Annotated[int, msgspec.Meta(ge=0, le=3)]
