"""What a station is asked or told about a running session (2.0.1 only)."""

from backend.commands.base import Command


class AskTransaction(Command, frozen=True, kw_only=True):
    """None: only whether messages of any transaction wait. `result` of the answer: `ongoing`, `messages_in_queue`."""

    transaction_ref: str | None = None


class ShowCost(Command, frozen=True, kw_only=True):
    """The cost so far, for the station's screen; in the currency that it is configured for."""

    transaction_ref: str
    total: float


AnySession = AskTransaction | ShowCost
