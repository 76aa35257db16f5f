"""Decisions about sign-in. Pure."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class RefreshVerdict(StrEnum):
    FRESH = "fresh"
    RETRY = "retry"
    """Used a moment ago: the answer got lost on a bad link; the chain goes on without alarm."""
    REUSED = "reused"
    """Used before: somebody has a copy. The whole family is revoked."""
    DEAD = "dead"


RETRY_GRACE = timedelta(seconds=10)


def judge_refresh(
    now: datetime, *, expires_at: datetime, used_at: datetime | None, revoked_at: datetime | None
) -> RefreshVerdict:
    """What a refresh token that exists is worth (OAuth 2.0 Security BCP, RFC 9700, 4.14.2)."""
    if revoked_at is not None or now >= expires_at:
        return RefreshVerdict.DEAD
    if used_at is None:
        return RefreshVerdict.FRESH
    return RefreshVerdict.RETRY if now - used_at <= RETRY_GRACE else RefreshVerdict.REUSED


@dataclass(slots=True)
class Throttle:
    """Counts failures by key in a sliding window: at most `limit` in `window`. Memory is bounded by `most` keys."""

    limit: int
    window: timedelta
    most: int = 10_000
    _failures: OrderedDict[str, list[datetime]] = field(default_factory=OrderedDict)

    def wait_s(self, key: str, now: datetime) -> int:
        """Seconds until `key` may try again; 0: now."""
        recent = [at for at in self._failures.get(key, ()) if now - at < self.window]
        if len(recent) < self.limit:
            return 0
        return max(1, int((recent[-self.limit] + self.window - now).total_seconds()) + 1)

    def failed(self, key: str, now: datetime) -> None:
        recent = [at for at in self._failures.pop(key, ()) if now - at < self.window]
        self._failures[key] = [*recent[-self.limit :], now]
        while len(self._failures) > self.most:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        self._failures.pop(key, None)
