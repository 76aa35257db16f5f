"""Access tokens (short-lived JWT, HS256), refresh tokens (random), passwords (argon2id)."""

import asyncio
import hashlib
import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

import jwt
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from backend.context import Context
from backend.errors import NotSignedIn
from backend.web.guards import Actor, TokenReader
from shared.accounts import Role

ISSUER = "wattline"
MOST_KNOWN = 4096
"""Tokens that were read; about a kilobyte each."""
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
_gate = asyncio.Semaphore(4)
"""Argon2 takes 19 MiB and 35 ms a time: a wave of sign-ins waits here, not in memory."""


async def hash_password(password: str) -> str:
    async with _gate:
        return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(password: str, password_hash: str) -> bool:
    async with _gate:
        return await asyncio.to_thread(_hasher.verify, password, password_hash)


NOBODY = _hasher.hash(secrets.token_urlsafe(16))
"""Verified for an unknown e-mail, so that the answer takes as long as for a known one."""


def access_token(secret: str, actor: Actor, *, now: datetime, lifetime_s: int) -> str:
    claims = {
        "iss": ISSUER,
        "sub": str(actor.account_id),
        "ten": str(actor.tenant_id),
        "role": str(actor.role),
        "name": actor.name,
        "iat": now,
        "exp": now + timedelta(seconds=lifetime_s),
    }
    if actor.sign_in is not None:
        claims["sid"] = str(actor.sign_in)
    return jwt.encode(claims, secret, algorithm="HS256")


def reader(ctx: Context) -> TokenReader:
    """Whose signature and claims were found right is remembered: a token comes with each request until it runs out."""

    @lru_cache(MOST_KNOWN)
    def verified(token: str) -> tuple[Actor, float]:
        try:
            claims = jwt.decode(
                token,
                ctx.settings.secret,
                algorithms=["HS256"],
                issuer=ISSUER,
                options={"require": ["exp", "sub", "ten", "role"], "verify_exp": False, "verify_iat": False},
            )
            actor = Actor(
                account_id=UUID(claims["sub"]),
                tenant_id=UUID(claims["ten"]),
                role=Role(claims["role"]),
                name=claims.get("name", ""),
                sign_in=UUID(claims["sid"]) if "sid" in claims else None,
            )
            return actor, float(claims["exp"])
        except (jwt.InvalidTokenError, ValueError):
            raise NotSignedIn("This access token is not valid; sign in again.", code="token_invalid") from None

    def read(token: str) -> Actor:
        actor, until = verified(token)
        if ctx.now().timestamp() >= until:
            raise NotSignedIn("Your sign-in has run out; refresh it.", code="token_expired")
        return actor

    return read


def new_refresh_token() -> str:
    return secrets.token_urlsafe(32)


def refresh_hash(token: str) -> bytes:
    """Refresh tokens are random, so a plain hash is enough: a copy of the table signs nobody in."""
    return hashlib.sha256(token.encode()).digest()
