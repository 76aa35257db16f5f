"""Who issues papers: what an operator entered about themselves, filled up from the brand."""

from typing import Any
from uuid import UUID

import msgspec

from backend.context import Context
from backend.errors import InvalidInput
from backend.mail import rules as mail_rules
from backend.papers import rules, store
from backend.tenants import service as tenants
from shared.papers import Issuer, IssuerChange


async def issuer(ctx: Context, tenant_id: UUID) -> Issuer:
    row = await store.issuer(tenant_id) or {}
    values = {name: row[name] for name in Issuer.__struct_fields__ if name in row}
    complete = all(values.get(name) for name in ("name", "address", "tax_id"))
    return Issuer(**values, complete=complete)


async def change(ctx: Context, tenant_id: UUID, change: IssuerChange) -> Issuer:
    """Counts for papers from now on. Raises InvalidInput for what is no e-mail address."""
    values: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in msgspec.structs.asdict(change).items()
        if value is not None
    }
    if values.get("email") and not mail_rules.is_address(values["email"]):
        raise InvalidInput("This is no e-mail address.", fields=[("$.email", "an e-mail address")])
    async with ctx.unit():
        await store.save_issuer(tenant_id, values)
    return await issuer(ctx, tenant_id)


async def next_number(tenant_id: UUID, series: str) -> int:
    """Of a series of papers that another room writes; without gaps, so call it in the unit that writes the paper."""
    return await store.next_number(tenant_id, series)


async def party(ctx: Context, tenant_id: UUID) -> rules.Party:
    """As it stands on a paper that is written now."""
    found, brand = await issuer(ctx, tenant_id), await tenants.brand(ctx, tenant_id)
    return rules.Party(
        name=found.name or brand.name,
        address=found.address,
        tax_id=found.tax_id,
        register=found.register,
        bank=found.bank,
        email=found.email or brand.support_email,
        phone=found.phone,
        footer=found.footer,
    )
