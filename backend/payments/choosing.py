"""How a tenant is paid: its provider with its keys, and what it lets people owe."""

import base64
import hashlib
import os
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.payments import rules, store
from backend.payments.providers import DEFAULT, NAMES, make
from backend.payments.providers.base import PaymentProvider
from backend.tenants import service as tenants
from shared.money import Money
from shared.payments import PaymentSettings, PaymentSettingsChange, Policy

NO_NAME = "A named secret is written as env:WATTLINE_PAY_ and the rest of its name."


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's settings as they are used."""

    name: str
    provider: PaymentProvider
    on_outage: Policy
    on_debt: Policy
    debt_limit: Decimal
    retry_hours: tuple[int, ...]
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


def _secret(ctx: Context, row: Mapping[str, Any], name: str) -> str:
    """As it is used: where a name is stored, what the server's environment has under it."""
    value = _opened(ctx, row.get(name, ""))
    named = rules.secret_name(value)
    return os.environ.get(named, "") if named else value


def _reference(ctx: Context, row: Mapping[str, Any], name: str) -> str:
    return rules.secret_name(_opened(ctx, row.get(name, "")))


async def terms(ctx: Context, tenant_id: UUID, *, provider: str | None = None) -> Terms:
    """`provider`: of a payment that was made with another one than today's."""
    row = await store.settings(tenant_id) or {}
    name = provider or row.get("provider", DEFAULT)
    api = make(
        name,
        secret_key=_secret(ctx, row, "secret_key"),
        webhook_secret=_secret(ctx, row, "webhook_secret"),
        base=ctx.settings.stripe_api,
    )
    return Terms(
        name=name,
        provider=api,
        on_outage=Policy(row.get("on_outage", Policy.REFUSE)),
        on_debt=Policy(row.get("on_debt", Policy.REFUSE)),
        debt_limit=row.get("debt_limit", Decimal(0)),
        retry_hours=_hours(row),
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
    country = (await tenants.get(ctx, tenant_id)).country
    return PaymentSettings(
        provider=row.get("provider", DEFAULT),
        publishable_key=row.get("publishable_key", ""),
        has_secret_key=bool(_secret(ctx, row, "secret_key")),
        has_webhook_secret=bool(_secret(ctx, row, "webhook_secret")),
        webhook_url=f"{ctx.settings.app_url}/api/v1/payment-reports/stripe/{tenant_id}",
        on_outage=Policy(row.get("on_outage", Policy.REFUSE)),
        on_debt=Policy(row.get("on_debt", Policy.REFUSE)),
        debt_limit=Money(amount=row.get("debt_limit", Decimal(0)), currency=currency),
        hold_amount=Money(amount=await tenants.hold_amount(ctx, tenant_id), currency=currency),
        retry_hours=list(_hours(row)),
        secret_key_reference=_reference(ctx, row, "secret_key"),
        webhook_secret_reference=_reference(ctx, row, "webhook_secret"),
        **{name: row.get(name) or usual for name, usual in rules.letters(country).items()},
    )


def _hours(row: Mapping[str, Any]) -> tuple[int, ...]:
    return rules.hours_of(row["retry_hours"]) if row else rules.RETRY_HOURS


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
        raise InvalidInput("The debt limit is an amount from 0 to 10000.", fields=[("$.debt_limit", "from 0 to 10000")])
    held = values.get("hold_amount")
    if held is not None and (wrong := rules.why_not_amount(held, await currency_of(tenant_id))):
        raise InvalidInput(wrong, fields=[("$.hold_amount", wrong)])
    if "retry_hours" in values:
        if wrong := rules.hours_problem(values["retry_hours"]):
            raise InvalidInput(wrong, fields=[("$.retry_hours", wrong)])
        values["retry_hours"] = ",".join(str(one) for one in values["retry_hours"])
    usual_words = rules.letters((await tenants.get(ctx, tenant_id)).country)
    for one, usual in usual_words.items():
        if wrong := rules.letter_problem(values.get(one, ""), one_line=one == "letter_subject"):
            raise InvalidInput(wrong, fields=[(f"$.{one}", wrong)])
        if one in values and values[one].strip() in ("", usual):
            values[one] = ""
    for one in ("secret_key", "webhook_secret"):
        if values.get(one, "").strip().startswith("env:") and not rules.secret_name(values[one]):
            raise InvalidInput(NO_NAME, fields=[(f"$.{one}", NO_NAME)])
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
