"""What the OCPP edge counts. Labels hold no identities: their number must not grow with the network."""

from prometheus_client import Counter, Gauge, Histogram

CONNECTED = Gauge("wattline_stations_connected", "Stations with an open socket on this process")
MESSAGES = Counter(
    "wattline_ocpp_messages_total", "OCPP messages by direction, kind and action", ["direction", "kind", "action"]
)
REFUSED = Counter("wattline_ocpp_refused_total", "Upgrade requests that were refused", ["reason"])
HANDLING = Histogram(
    "wattline_ocpp_handling_seconds",
    "From a station's call to the reply, storage included",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
CALLS = Counter("wattline_ocpp_calls_total", "Calls to stations by outcome", ["outcome"])
