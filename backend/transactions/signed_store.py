"""What meters signed, stored beside the readings."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from backend.db.engine import DB
from backend.transactions.model import Signed


async def keep(transaction_id: UUID, values: Sequence[Signed]) -> None:
    """Untouched, each once."""
    await DB.run(
        """INSERT INTO signed_value (transaction, at, context, data, public_key, encoding, method, fingerprint)
        SELECT $1, * FROM unnest(
            $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
        ON CONFLICT (transaction, fingerprint) DO NOTHING""",
        transaction_id,
        [one.at for one in values],
        [one.context[:30] for one in values],
        [one.data for one in values],
        [one.public_key for one in values],
        [one.encoding[:50] for one in values],
        [one.method[:50] for one in values],
        [hashlib.sha256(one.data.encode()).hexdigest() for one in values],
    )


async def move(transaction_id: UUID, other_id: UUID) -> None:
    await DB.run("UPDATE signed_value SET transaction = $1 WHERE transaction = $2", transaction_id, other_id)
