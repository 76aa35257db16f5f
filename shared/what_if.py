"""What if: more connectors on a site's own past."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.sites import Key


class WhatIf(Request):
    """More connectors on the same node, and the site's own past sessions on them."""

    node: Key
    connectors: Annotated[int, msgspec.Meta(ge=0, le=200)] = 10
    days: Annotated[int, msgspec.Meta(ge=1, le=31)] = 7


class WhatIfSide(Message):
    connectors: int
    sessions: int
    wanted_wh: int
    delivered_wh: int
    cost: Decimal
    peak_share: float
    complete_share: float


class WhatIfAnswer(Message):
    """`now` and `then`: the same days without and with the new connectors. `since`: only sessions from then on, the
    latest, where all of these days are too many to try. `not_counted`: what the answer leaves out of this site: co2,
    sun, batteries, grid_limits; loads: not as they were, but always at their limit."""

    now: WhatIfSide
    then: WhatIfSide
    limit: str
    detail: str
    since: datetime | None = None
    not_counted: list[str] = []
