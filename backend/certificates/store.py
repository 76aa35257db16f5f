"""Queries of certificates: in stations, and signed for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB
from shared.certificates import CertificateHash

Row = Mapping[str, Any]


async def put_installed(
    station_id: UUID,
    kind: str,
    one: CertificateHash,
    children: Sequence[CertificateHash],
    subject: str,
    expires_at: datetime | None,
    at: datetime,
) -> None:
    """What is known of it stays known."""
    await DB.run(
        """INSERT INTO installed_certificate (station, kind, algorithm, issuer_name_hash, issuer_key_hash, serial,
            children, subject, expires_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10)
        ON CONFLICT (station, kind, issuer_name_hash, issuer_key_hash, serial) DO UPDATE SET
            children = excluded.children, seen_at = excluded.seen_at,
            subject = coalesce(nullif(excluded.subject, ''), installed_certificate.subject),
            expires_at = coalesce(excluded.expires_at, installed_certificate.expires_at)""",
        station_id,
        kind,
        one.algorithm,
        one.issuer_name_hash.lower(),
        one.issuer_key_hash.lower(),
        one.serial.lower(),
        msgspec.json.encode(list(children)).decode(),
        subject[:200],
        expires_at,
        at,
    )


async def remove_installed(station_id: UUID, one: CertificateHash) -> None:
    await DB.run(
        """DELETE FROM installed_certificate
        WHERE station = $1 AND issuer_name_hash = $2 AND issuer_key_hash = $3 AND serial = $4""",
        station_id,
        one.issuer_name_hash.lower(),
        one.issuer_key_hash.lower(),
        one.serial.lower(),
    )


async def remove_unlisted(station_id: UUID, kinds: Sequence[str] | None, before: datetime) -> None:
    """Those of these kinds (None: all) that the station didn't name since then."""
    await DB.run(
        """DELETE FROM installed_certificate
        WHERE station = $1 AND ($2::text[] IS NULL OR kind = ANY ($2)) AND seen_at < $3""",
        station_id,
        kinds,
        before,
    )


async def installed(station_id: UUID, after: UUID | None, limit: int) -> Sequence[Row]:
    return await DB.run(
        """SELECT * FROM installed_certificate WHERE station = $1 AND ($2::uuid IS NULL OR id > $2)
        ORDER BY id LIMIT $3""",
        station_id,
        after,
        limit,
    )


async def add_wish(station_id: UUID, kind: str, csr: str, state: str, detail: str, at: datetime) -> UUID:
    rows = await DB.run(
        """INSERT INTO issued_certificate (tenant, station, identity, kind, csr, state, detail, created_at)
        SELECT tenant, id, identity, $2, $3, $4, $5, $6 FROM charging_station WHERE id = $1 RETURNING id""",
        station_id,
        kind,
        csr,
        state,
        detail[:300],
        at,
    )
    found: UUID = rows[0]["id"]
    return found


async def wish(certificate_id: UUID) -> Row | None:
    rows = await DB.run("SELECT * FROM issued_certificate WHERE id = $1", certificate_id)
    return rows[0] if rows else None


async def change(certificate_id: UUID, values: Row) -> bool:
    """Whether it was changed: what has been revoked meanwhile stays so."""
    marks = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
    query = f"UPDATE issued_certificate SET {marks} WHERE id = $1 AND state <> 'revoked' RETURNING id"
    return bool(await DB.run(query, certificate_id, *values.values()))


async def issued(
    tenant_id: UUID,
    station_id: UUID | None,
    expires_before: datetime | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Row]:
    at, last = after or (None, None)
    return await DB.run(
        """SELECT * FROM issued_certificate WHERE tenant = $1 AND ($2::uuid IS NULL OR station = $2)
        AND ($3::timestamptz IS NULL OR (state = 'accepted' AND expires_at < $3))
        AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
        ORDER BY created_at DESC, id DESC LIMIT $6""",
        tenant_id,
        station_id,
        expires_before,
        at,
        last,
        limit,
    )


async def revoke(tenant_id: UUID, certificate_id: UUID, at: datetime) -> Row | None:
    rows = await DB.run(
        """UPDATE issued_certificate SET state = 'revoked', revoked_at = coalesce(revoked_at, $3)
        WHERE tenant = $1 AND id = $2 AND state IN ('signed', 'accepted', 'rejected', 'revoked') RETURNING *""",
        tenant_id,
        certificate_id,
        at,
    )
    return rows[0] if rows else None


async def is_revoked(serial: str) -> bool:
    return bool(await DB.run("SELECT 1 FROM issued_certificate WHERE serial = $1 AND state = 'revoked'", serial))


async def revoked_since(when: datetime) -> list[str]:
    rows = await DB.run("SELECT serial FROM issued_certificate WHERE state = 'revoked' AND revoked_at >= $1", when)
    return [row["serial"] for row in rows]


async def expiring(before: datetime) -> Sequence[Row]:
    """Of each station the one towards us that lasts longest, where even that one ends before then."""
    return await DB.run(
        """SELECT tenant, station, identity, max(expires_at) AS expires_at FROM issued_certificate
        WHERE state = 'accepted' AND kind <> 'V2GCertificate' AND station IS NOT NULL
        GROUP BY tenant, station, identity HAVING max(expires_at) < $1""",
        before,
    )
