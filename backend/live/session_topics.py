"""The topics of sessions, and the overview."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from backend.context import Context
from backend.errors import NotFound
from backend.events import (
    CdrIssued,
    ConnectorStatusChanged,
    Event,
    IncidentChanged,
    PaymentChanged,
    StationChanged,
    StationConnected,
    StationDisconnected,
    TransactionEnded,
    TransactionEvent,
    TransactionFailed,
    TransactionRequested,
    TransactionStarted,
    TransactionUpdated,
)
from backend.live.topic import Subject, Topic, everything, of_any
from backend.transactions import views
from shared.accounts import Role
from shared.operations import Overview
from shared.transactions import Transaction, TransactionDetail

TRANSACTION_EVENTS: tuple[type[TransactionEvent], ...] = (
    TransactionRequested,
    TransactionStarted,
    TransactionUpdated,
    TransactionEnded,
    TransactionFailed,
)


def _visible_transaction(event: TransactionEvent, subject: Subject) -> str | None:
    """To a driver only their own; loading it looks again, so an event that doesn't tell whose it is does no harm."""
    own = event.account_id in (None, subject.actor.account_id)
    return str(event.transaction_id) if own or subject.actor.may(Role.OPERATOR) else None


async def load_transactions(ctx: Context, subject: Subject) -> list[Transaction]:
    return await views.live(ctx, subject.actor)


async def changed_transactions(ctx: Context, subject: Subject, keys: frozenset[str]) -> list[Transaction]:
    return await views.by_ids(ctx, subject.actor, [UUID(key) for key in keys])


def _this_transaction(event: Any, subject: Subject) -> str | None:
    return "*" if str(event.transaction_id) == subject.argument else None


async def load_transaction(ctx: Context, subject: Subject) -> TransactionDetail:
    try:
        transaction_id = UUID(subject.argument)
    except ValueError:
        raise NotFound("This session doesn't exist.") from None
    return await views.detail(ctx, subject.actor, transaction_id)


SESSION_TOPICS: tuple[Topic, ...] = (
    Topic(
        pattern="transactions",
        role=Role.DRIVER,
        load=load_transactions,
        changes=changed_transactions,
        events=of_any(TRANSACTION_EVENTS, _visible_transaction),
        personal=True,
    ),
    Topic(
        pattern="transaction:*",
        role=Role.DRIVER,
        load=load_transaction,
        events=of_any((*TRANSACTION_EVENTS, PaymentChanged, CdrIssued), _this_transaction),
        personal=True,
        # With its whole curve: more often would be a waste.
        interval_s=1.0,
    ),
)

OVERVIEW_EVENTS: tuple[type[Event], ...] = (
    *TRANSACTION_EVENTS,
    StationConnected,
    StationDisconnected,
    StationChanged,
    ConnectorStatusChanged,
    IncidentChanged,
    CdrIssued,
)


def overview_topic(overview: Callable[[Context, UUID], Awaitable[Overview]]) -> Topic:
    """Analytics stands beside this room: wiring hands in what loads a tenant's overview."""

    async def load(ctx: Context, subject: Subject) -> Overview:
        return await overview(ctx, subject.actor.tenant_id)

    return Topic(
        pattern="overview",
        role=Role.OPERATOR,
        load=load,
        events=of_any(OVERVIEW_EVENTS, everything),
        interval_s=1.0,
        refresh_s=30.0,
    )
