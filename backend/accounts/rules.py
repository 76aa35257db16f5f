"""Decisions about sign-in. Pure."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


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


PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What can't be mistaken for something else when it is read out or copied by hand."""


def temporary_password(choose: Callable[[str], str]) -> str:
    """Four groups of four; `choose` picks one letter by chance: 79 bits."""
    return "-".join("".join(choose(PASSWORD_LETTERS) for _ in range(4)) for _ in range(4))


def leaves_no_admin(admins: Iterable[UUID], changed: UUID, *, stays: bool) -> bool:
    """Whether nobody could administrate any more. `admins`: those who can now; `stays`: the changed one still can."""
    return not stays and not set(admins) - {changed}


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

    def recent(self, key: str, now: datetime) -> int:
        """Failures in the window, as far as they are kept: a few more than the limit at most."""
        return sum(now - at < self.window for at in self._failures.get(key, ()))

    def failed(self, key: str, now: datetime) -> None:
        recent = [at for at in self._failures.pop(key, ()) if now - at < self.window]
        self._failures[key] = [*recent[-self.limit :], now]
        while len(self._failures) > self.most:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        self._failures.pop(key, None)
