"""Queries of id tokens."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = Mapping[str, Any]


MASTER = """EXISTS (SELECT 1 FROM token_group g WHERE g.tenant = t.tenant AND g.master_pass
    AND t.parent <> '' AND lower(g.name) = lower(t.parent)) AS master_pass"""


async def by_value(tenant_id: UUID, normal_value: str) -> dict[str, Any] | None:
    rows = await DB.run(
        f"""SELECT t.id, t.type, t.account, t.parent, t.blocked_at, t.expires_at, a.disabled_at, {MASTER}
        FROM id_token t LEFT JOIN account a ON a.id = t.account
        WHERE t.tenant = $1 AND lower(t.value) = $2""",
        tenant_id,
        normal_value,
    )
    return rows[0] if rows else None


async def by_values(cards: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], Row]:
    """The same for many of (tenant, normal value)."""
    rows = await DB.run(
        f"""SELECT q.tenant AS asked, q.value, t.id, t.type, t.account, t.parent, t.blocked_at, t.expires_at,
            a.disabled_at, {MASTER}
        FROM unnest($1::uuid[], $2::text[]) AS q (tenant, value)
        JOIN id_token t ON t.tenant = q.tenant AND lower(t.value) = q.value
        LEFT JOIN account a ON a.id = t.account""",
        [tenant for tenant, _ in cards],
        [value for _, value in cards],
    )
    return {(row["asked"], row["value"]): row for row in rows}


async def central_value(account_id: UUID) -> str | None:
    """The token an account starts with from the app; a blocked one too, so that blocking can't be dodged."""
    rows = await DB.run(
        "SELECT value FROM id_token WHERE account = $1 AND type = 'Central' ORDER BY created_at, id LIMIT 1", account_id
    )
    return rows[0]["value"] if rows else None


async def lock_account(account_id: UUID) -> UUID | None:
    """The account's tenant; None if there is no such account. Two first starts at once make one token."""
    rows = await DB.run("SELECT tenant FROM account WHERE id = $1 FOR NO KEY UPDATE", account_id)
    return rows[0]["tenant"] if rows else None


async def add(
    tenant_id: UUID,
    value: str,
    *,
    type: str,
    account_id: UUID | None,
    label: str,
    parent: str,
    expires_at: datetime | None,
    at: datetime,
) -> UUID | None:
    """Its id; None if the tenant has this value already."""
    rows = await DB.run(
        """INSERT INTO id_token (id, tenant, value, type, account, label, parent, expires_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id""",
        uuid4(),
        tenant_id,
        value,
        type,
        account_id,
        label,
        parent,
        expires_at,
        at,
    )
    return rows[0]["id"] if rows else None


SELECT = f"""SELECT t.*, a.name AS account_name, a.disabled_at, {MASTER}
    FROM id_token t LEFT JOIN account a ON a.id = t.account"""


async def by_id(tenant_id: UUID, token_id: UUID) -> Row | None:
    rows = await DB.run(f"{SELECT} WHERE t.tenant = $1 AND t.id = $2", tenant_id, token_id)
    return rows[0] if rows else None


async def page(
    tenant_id: UUID,
    *,
    search: str,
    state: str | None,
    group: str | None,
    now: datetime,
    after: str | None,
    limit: int,
) -> Sequence[Row]:
    """By value in lower case, from behind `after`."""
    return await DB.run(
        f"""SELECT * FROM (
            SELECT t.*, a.name AS account_name, a.disabled_at, {MASTER},
                CASE WHEN t.blocked_at IS NOT NULL OR a.disabled_at IS NOT NULL THEN 'blocked'
                WHEN t.expires_at <= $5 THEN 'expired' ELSE 'accepted' END AS state
            FROM id_token t LEFT JOIN account a ON a.id = t.account
            WHERE t.tenant = $1 AND NOT (t.label = 'Guest' AND t.type = 'Central')
            AND ($2 = '' OR strpos(lower(concat_ws(' ', t.value, t.label, t.parent, a.name)), $2) > 0)
            AND ($4::text IS NULL OR lower(t.parent) = lower($4)) AND ($6::text IS NULL OR lower(t.value) > $6)
        ) AS found WHERE $3::text IS NULL OR state = $3 ORDER BY lower(value) LIMIT $7""",
        tenant_id,
        search.strip().lower(),
        state,
        group,
        now,
        after,
        limit,
    )


async def listed(tenant_id: UUID, groups: Sequence[str] | None) -> Sequence[Row]:
    return await DB.run(
        f"""{SELECT} WHERE t.tenant = $1 AND ($2::text[] IS NULL OR lower(t.parent) = ANY ($2))
        ORDER BY lower(t.value)""",
        tenant_id,
        None if groups is None else [group.lower() for group in groups],
    )


async def change(tenant_id: UUID, token_id: UUID, values: Row) -> bool:
    """False if there is no such token. One that is blocked stays blocked since the first time."""
    first = "coalesce(blocked_at, {})" if values.get("blocked_at") else "{}"
    marks = [
        f"{name} = {(first if name == 'blocked_at' else '{}').format(f'${number}')}"
        for number, name in enumerate(values, 3)
    ]
    rows = await DB.run(
        f"UPDATE id_token SET {', '.join(marks) or 'id = id'} WHERE tenant = $1 AND id = $2 RETURNING id",
        tenant_id,
        token_id,
        *values.values(),
    )
    return bool(rows)


async def remove(tenant_id: UUID, token_id: UUID) -> bool:
    return bool(await DB.run("DELETE FROM id_token WHERE tenant = $1 AND id = $2 RETURNING id", tenant_id, token_id))


async def forget_guests(label: str, moment: datetime) -> None:
    await DB.run("DELETE FROM id_token WHERE label = $1 AND type = 'Central' AND expires_at < $2", label, moment)


async def groups(tenant_id: UUID, after: str | None, limit: int) -> Sequence[Row]:
    """Of tokens, and those that something is said of; by name in lower case, from behind `after`."""
    return await DB.run(
        """SELECT coalesce(max(g.name), min(t.parent)) AS name, count(t.id)::int AS tokens,
            count(t.id) FILTER (WHERE t.blocked_at IS NOT NULL)::int AS blocked,
            coalesce(bool_or(g.master_pass), false) AS master_pass
        FROM (SELECT * FROM id_token WHERE tenant = $1 AND parent <> '') t
        FULL JOIN (SELECT * FROM token_group WHERE tenant = $1) g ON lower(g.name) = lower(t.parent)
        GROUP BY lower(coalesce(g.name, t.parent))
        HAVING $2::text IS NULL OR lower(coalesce(max(g.name), min(t.parent))) > $2
        ORDER BY lower(coalesce(max(g.name), min(t.parent))) LIMIT $3""",
        tenant_id,
        after,
        limit,
    )


async def master_pass(tenant_id: UUID) -> str | None:
    rows = await DB.run("SELECT name FROM token_group WHERE tenant = $1 AND master_pass", tenant_id)
    return rows[0]["name"] if rows else None


async def put_group(tenant_id: UUID, name: str, master: bool, at: datetime) -> None:
    """There is one master pass: another group that was it is no more."""
    if master:
        await DB.run(
            "UPDATE token_group SET master_pass = false WHERE tenant = $1 AND master_pass AND lower(name) <> lower($2)",
            tenant_id,
            name,
        )
    await DB.run(
        """INSERT INTO token_group (id, tenant, name, master_pass, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant, lower(name)) DO UPDATE SET master_pass = excluded.master_pass""",
        uuid4(),
        tenant_id,
        name,
        master,
        at,
    )


async def spelling(tenant_id: UUID, name: str) -> str:
    """Of a group, as its tokens have it: stations compare letter by letter."""
    rows = await DB.run(
        "SELECT min(parent) AS name FROM id_token WHERE tenant = $1 AND lower(parent) = lower($2)", tenant_id, name
    )
    return rows[0]["name"] or name


async def forget_empty_groups(tenant_id: UUID) -> None:
    """Of which nothing is said, and that no token is in."""
    await DB.run(
        """DELETE FROM token_group g WHERE g.tenant = $1 AND NOT g.master_pass
        AND NOT EXISTS (SELECT 1 FROM id_token t WHERE t.tenant = $1 AND lower(t.parent) = lower(g.name))""",
        tenant_id,
    )
