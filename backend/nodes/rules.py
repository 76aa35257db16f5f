"""When a node counts as dead, what fits into the database, and how fast a stopping node lets go of its stations."""

import math

BEAT_S = 1.5
LEASE_S = 5.0
"""A node that didn't renew its lease for so long is dead. With a beat of another one that notices, and the time to
write it down, its stations are known offline within ten seconds."""
SPARE_CONNECTIONS = 3
"""A node takes so many beside its pool: the lease, the queue of jobs, a migration."""


def may_judge(steady_s: float) -> bool:
    """Whether a node may call others dead: only one that renewed its own lease all the time. When the database comes
    back after an outage, everybody's lease is old."""
    return steady_s >= LEASE_S


def too_many_connections(pool_max: int, others: int, allowed: int, limit: str = "max_connections of PostgreSQL") -> str:
    """Why the pool is too large for the database, in a sentence with the remedy; empty: it fits. `limit`: what says
    how many are `allowed`."""
    if pool_max + SPARE_CONNECTIONS + others <= allowed:
        return ""
    room = max(0, allowed - others - SPARE_CONNECTIONS)
    rest = f", of which other nodes take {others}" if others else ""
    remedies = [f"set WATTLINE_POOL_MAX to {room} or less"] if room else ["stop other nodes"] if others else []
    remedy = ", or ".join([*remedies, f"raise {limit}"])
    return f"WATTLINE_POOL_MAX is {pool_max}, but the database takes {allowed} connections{rest}; {remedy}."


def share(stations: int, seconds_left: float) -> int:
    """How many stations a stopping node lets go in the next second, so that all are gone in time."""
    return stations if seconds_left <= 1 else math.ceil(stations / seconds_left)
