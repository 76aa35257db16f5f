"""What recorded frames said, for looking back: read by the same codec as live ones, and nothing is stored or sent."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.lookback.happenings import Happening
from backend.ocpp.codec import CODECS, Call, Codec
from backend.ocpp.v16 import recorded as recorded16
from backend.ocpp.v201 import recorded as recorded201

Said = Callable[[Any, datetime], Sequence[Happening]]
VERSIONS: Mapping[str, tuple[Codec, Mapping[str, Said]]] = {
    "1.6": (CODECS["1.6"], recorded16.SAID),
    "2.0.1": (CODECS["2.0.1"], recorded201.SAID),
}


def said(version: str, action: str, frame: str, at: datetime) -> Sequence[Happening]:
    """Nothing, of a frame of which only the beginning was kept, or that no version can read."""
    asked = [VERSIONS[version]] if version in VERSIONS else []
    for codec, kinds in [*asked, *(one for one in VERSIONS.values() if one not in asked)]:
        call = codec.decode(frame.encode())
        if isinstance(call, Call) and call.action in kinds:
            return kinds[call.action](call.payload, at)
    return ()
