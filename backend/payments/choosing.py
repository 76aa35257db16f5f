"""How a tenant is paid: its provider with its keys, and what it lets people owe."""

import base64
import hashlib
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.payments import store
from backend.payments.providers import DEFAULT, NAMES, make
from backend.payments.providers.base import PaymentProvider
from shared.money import Money
from shared.payments import PaymentSettings, PaymentSettingsChange, Policy


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's settings as they are used."""

    name: str
    provider: PaymentProvider
    on_outage: Policy
    on_debt: Policy
    debt_limit: Decimal
    currency: str


def _box(ctx: Context) -> Fernet:
    """Secrets lie in the database encrypted; who has only a copy of it can't pay anybody."""
    key = hashlib.sha256(f"payments of {ctx.settings.secret}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _opened(ctx: Context, sealed: str) -> str:
    """Empty where the node's secret was changed since: then it has to be entered again."""
    try:
        return _box(ctx).decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return ""


async def terms(ctx: Context, tenant_id: UUID, *, provider: str | None = None) -> Terms:
    """`provider`: of a payment that was made with another one than today's."""
    row = await store.settings(tenant_id) or {}
    name = provider or row.get("provider", DEFAULT)
    api = make(
        name,
        secret_key=_opened(ctx, row.get("secret_key", "")),
        webhook_secret=_opened(ctx, row.get("webhook_secret", "")),
        base=ctx.settings.stripe_api,
    )
    return Terms(
        name=name,
        provider=api,
        on_outage=Policy(row.get("on_outage", Policy.REFUSE)),
        on_debt=Policy(row.get("on_debt", Policy.REFUSE)),
        debt_limit=row.get("debt_limit", Decimal(0)),
        currency=await currency_of(tenant_id),
    )


async def currency_of(tenant_id: UUID) -> str:
    found = await store.tenant_currency(tenant_id)
    if found is None:
        raise NotFound("This operator doesn't exist.")
    return found


async def shown(ctx: Context, tenant_id: UUID) -> PaymentSettings:
    row = await store.settings(tenant_id) or {}
    currency = await currency_of(tenant_id)
    return PaymentSettings(
        provider=row.get("provider", DEFAULT),
        publishable_key=row.get("publishable_key", ""),
        has_secret_key=bool(_opened(ctx, row.get("secret_key", ""))),
        has_webhook_secret=bool(_opened(ctx, row.get("webhook_secret", ""))),
        webhook_url=f"{ctx.settings.app_url}/api/v1/payment-reports/stripe/{tenant_id}",
        on_outage=Policy(row.get("on_outage", Policy.REFUSE)),
        on_debt=Policy(row.get("on_debt", Policy.REFUSE)),
        debt_limit=Money(amount=row.get("debt_limit", Decimal(0)), currency=currency),
    )


async def change(ctx: Context, tenant_id: UUID, wanted: PaymentSettingsChange) -> PaymentSettings:
    """Raises InvalidInput for a provider that isn't there or lacks its key."""
    values: dict[str, Any] = {
        name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None
    }
    name = values.get("provider")
    if name is not None and name not in NAMES:
        raise InvalidInput("This provider is unknown.", fields=[("$.provider", f"one of {', '.join(NAMES)}")])
    limit = values.get("debt_limit")
    if limit is not None and (not limit.is_finite() or not 0 <= limit <= 10_000):
        raise InvalidInput("The debt limit can't be used.", fields=[("$.debt_limit", "from 0 to 10000")])
    now = await store.settings(tenant_id) or {}
    has_key = bool(values["secret_key"] if "secret_key" in values else _opened(ctx, now.get("secret_key", "")))
    if (name or now.get("provider", DEFAULT)) == "stripe" and not has_key:
        raise InvalidInput(
            "Stripe needs its secret key.", fields=[("$.secret_key", "enter the key that begins with sk_")]
        )
    for secret in ("secret_key", "webhook_secret"):
        if values.get(secret):
            values[secret] = _box(ctx).encrypt(values[secret].strip().encode()).decode()
    for policy in ("on_outage", "on_debt"):
        if policy in values:
            values[policy] = str(values[policy])
    async with ctx.unit():
        await store.change_settings(tenant_id, ctx.now(), values)
    return await shown(ctx, tenant_id)
