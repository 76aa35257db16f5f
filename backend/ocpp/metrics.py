"""What the OCPP edge counts. Labels hold no identities: their number must not grow with the network."""

from bisect import bisect_left
from collections import Counter as Counted
from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram


class Durations(Histogram):
    """A histogram that takes many values at once: one by one they cost more than reading a message does."""

    def observe_all(self, seconds: Sequence[float]) -> None:
        self._sum.inc(sum(seconds))
        for bucket, number in Counted(bisect_left(self._upper_bounds, one) for one in seconds).items():
            self._buckets[bucket].inc(number)


CONNECTED = Gauge("wattline_stations_connected", "Stations with an open socket on this process")
MESSAGES = Counter(
    "wattline_ocpp_messages_total", "OCPP messages by direction, kind and action", ["direction", "kind", "action"]
)
REFUSED = Counter("wattline_ocpp_refused_total", "Upgrade requests that were refused", ["reason"])
HANDLING = Durations(
    "wattline_ocpp_handling_seconds",
    "From a station's call to the reply, storage included",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
BAD = Counter(
    "wattline_ocpp_bad_messages_total",
    "What stations sent that could not be taken, by the error it was answered with, or the close code",
    ["version", "code"],
)
MENDED = Counter(
    "wattline_ocpp_mended_messages_total", "Messages against the schema that were taken all the same", ["action"]
)
CALLS = Counter("wattline_ocpp_calls_total", "Calls to stations by outcome", ["outcome"])
