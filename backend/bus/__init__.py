"""Messages between the parts of Wattline: to screens (published, best effort) and to stations (request, reply)."""

from backend.bus.base import Bus
from backend.bus.local import LocalBus


def make_bus(nats_url: str) -> Bus:
    """One process talks to itself; with the address of a NATS server all nodes talk to each other."""
    if not nats_url:
        return LocalBus()
    from backend.bus.nats import NatsBus  # only where it is used: the import costs 50 ms

    return NatsBus(nats_url)


__all__ = ["Bus", "LocalBus", "make_bus"]
