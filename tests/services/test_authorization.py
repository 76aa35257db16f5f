"""Who may charge."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.authorization import rules, service
from backend.authorization.service import TokenStatus
from backend.db.engine import DB
from backend.errors import Conflict, NotFound
from tests import world
from tests.conftest import Clock


@given(blocked=st.booleans(), disabled=st.booleans(), expires=st.none() | st.timedeltas(timedelta(-9), timedelta(9)))
def test_what_counts_first(blocked: bool, disabled: bool, expires: timedelta | None) -> None:
    now = Clock().now()
    known = rules.KnownToken(
        id=uuid4(),
        type="ISO14443",
        account_id=None,
        parent="GROUP",
        blocked_at=now if blocked else None,
        expires_at=None if expires is None else now + expires,
        account_disabled_at=now if disabled else None,
    )
    decision = rules.decide(known, now)
    if blocked or disabled:
        assert decision.status is TokenStatus.BLOCKED
    elif expires is not None and expires <= timedelta(0):
        assert decision.status is TokenStatus.EXPIRED
    else:
        assert decision.status is TokenStatus.ACCEPTED
    assert decision.accepted is (decision.status == "accepted")
    assert (decision.token_id, decision.parent) == (known.id, "GROUP")


def test_central_tokens_fit_ocpp_16_and_are_not_repeated() -> None:
    made = {rules.new_central_value() for _ in range(100)}
    assert len(made) == 100
    assert all(len(value) <= 20 and value.isalnum() for value in made)


@pytest.mark.usefixtures("db")
async def test_cards_are_compared_without_case_and_stay_with_their_operator(clock: Clock) -> None:
    ctx, tenant_id, stranger = world.make_context(clock), await world.add_tenant(), await world.add_tenant("Sued")
    account_id = await world.add_account(tenant_id)
    await service.add_card(
        ctx, tenant_id, "AbC123", account_id=account_id, parent="FLEET", expires_at=clock.now() + timedelta(days=1)
    )
    for value in ("AbC123", "abc123", "ABC123 "):
        decision = await service.authorize(ctx, tenant_id, value)
        assert (decision.status, decision.account_id, decision.parent) == ("accepted", account_id, "FLEET")
    assert (await service.authorize(ctx, stranger, "AbC123")).status is TokenStatus.INVALID
    clock.advance(days=1)
    assert (await service.authorize(ctx, tenant_id, "abc123")).status is TokenStatus.EXPIRED
    await DB.run("UPDATE id_token SET blocked_at = now()")
    assert (await service.authorize(ctx, tenant_id, "abc123")).status is TokenStatus.BLOCKED
    with pytest.raises(Conflict):
        await service.add_card(ctx, tenant_id, "aBc123")
    await service.add_card(ctx, stranger, "aBc123")


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("value", ["", " ", "UNKNOWN", "x" * 37, "a\x00b", "💳" * 9, "'; DROP TABLE id_token; --"])
async def test_whatever_else_a_station_reads_is_invalid(clock: Clock, value: str) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    decision = await service.authorize(ctx, tenant_id, value)
    assert (decision.status, decision.token_id, decision.account_id) == (TokenStatus.INVALID, None, None)


@pytest.mark.usefixtures("db")
async def test_a_driver_gets_one_token_however_often_asked(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    account_id, other = await world.add_account(tenant_id), await world.add_account(tenant_id, "Olli")
    values = await asyncio.gather(*(service.token_for_account(ctx, account_id) for _ in range(8)))
    assert len(set(values)) == 1
    assert await service.token_for_account(ctx, other) != values[0]
    decision = await service.authorize(ctx, tenant_id, values[0].lower())
    assert (decision.status, decision.account_id) == ("accepted", account_id)
    await DB.run("UPDATE account SET disabled_at = now() WHERE id = $1", account_id)
    assert (await service.authorize(ctx, tenant_id, values[0])).status is TokenStatus.BLOCKED
    with pytest.raises(NotFound):
        await service.token_for_account(ctx, uuid4())
