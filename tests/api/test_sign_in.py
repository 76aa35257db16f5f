"""Sign-in and tokens over HTTP: what holds against somebody who tries."""

import asyncio
import base64
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest

from backend import logs
from backend.accounts import service, tokens
from backend.db.engine import DB
from backend.settings import Settings
from shared.accounts import Role
from tests import world
from tests.api.harness import token as make_token
from tests.conftest import REAL_HASHER, Clock
from tests.support.apps import create_app

EMAIL, PASSWORD = "dana@example.com", "correct horse battery"
PROBLEM = "application/problem+json"


class Door:
    """A client that nobody is signed in with, and the account behind EMAIL."""

    def __init__(self, ctx: Any, client: httpx.AsyncClient, tenant_id: UUID, account_id: UUID) -> None:
        self.ctx = ctx
        self.client = client
        self.tenant_id = tenant_id
        self.account_id = account_id

    async def post(self, path: str, **body: str) -> httpx.Response:
        return await self.client.post(f"/api/v1/auth/{path}", json=body)

    async def sign_in(self, password: str = PASSWORD, email: str = EMAIL) -> httpx.Response:
        return await self.post("sign-in", email=email, password=password)

    async def me(self, token: str) -> httpx.Response:
        return await self.client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
async def door(db: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr(tokens, "_hasher", REAL_HASHER)
    for throttle in (service.by_email, service.by_address):
        throttle._failures.clear()
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    account = await service.add(ctx, tenant_id, email=EMAIL, password=PASSWORD, name="Dana", role=Role.DRIVER)
    assert account is not None
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(ctx)), base_url="http://test") as client:
        yield Door(ctx, client, tenant_id, account.id)


async def test_a_right_and_a_wrong_password(door: Door) -> None:
    right = await door.sign_in()
    assert right.status_code == 200
    assert right.json()["account"]["role"] == "driver"
    assert (await door.me(right.json()["access_token"])).json()["email"] == EMAIL
    assert (await door.sign_in(email="DANA@Example.com")).status_code == 200
    wrong, unknown = await door.sign_in("wrong"), await door.sign_in(email="nobody@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json(), "nobody learns who has an account"
    assert wrong.json()["code"] == "wrong_credentials"


async def test_passwords_are_kept_as_argon2id(door: Door) -> None:
    stored = (await DB.run("SELECT password_hash FROM account WHERE id = $1", door.account_id))[0]["password_hash"]
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in stored
    again = await tokens.hash_password(PASSWORD)
    assert again != stored, "each with its own salt"


async def test_guessing_is_slowed_down(door: Door, clock: Clock) -> None:
    guesses = [await door.sign_in(f"guess {number}") for number in range(10)]
    assert [one.status_code for one in guesses] == [401] * 8 + [429] * 2
    refused = guesses[-1]
    assert (refused.headers["content-type"], refused.json()["code"]) == (PROBLEM, "too_many_requests")
    assert 0 < int(refused.headers["retry-after"]) <= 301
    assert (await door.sign_in()).status_code == 429, "the right one has to wait too"
    clock.advance(minutes=5, seconds=1)
    assert (await door.sign_in()).status_code == 200


async def test_guessing_all_at_once_does_not_help(door: Door) -> None:
    guesses = await asyncio.gather(*(door.sign_in(f"guess {number}") for number in range(20)))
    assert sorted(one.status_code for one in guesses) == [401] * 8 + [429] * 12


async def test_guessing_at_many_accounts_from_one_address(door: Door) -> None:
    for number in range(50):
        service.by_address.failed("127.0.0.1", door.ctx.now() - timedelta(seconds=number))
    assert (await door.sign_in(email="somebody@example.com")).status_code == 429


# --- refresh -----------------------------------------------------------------------------------------


async def test_each_refresh_gives_the_next_pair(door: Door, clock: Clock) -> None:
    pair = (await door.sign_in()).json()
    for _ in range(3):
        clock.advance(minutes=14)
        following = await door.post("refresh", refresh_token=pair["refresh_token"])
        assert following.status_code == 200
        assert following.json()["refresh_token"] != pair["refresh_token"]
        pair = following.json()
        assert (await door.me(pair["access_token"])).status_code == 200


async def test_a_stolen_refresh_token_ends_the_whole_sign_in(door: Door, clock: Clock) -> None:
    stolen = (await door.sign_in()).json()["refresh_token"]
    other_device = (await door.sign_in()).json()["refresh_token"]
    mine = (await door.post("refresh", refresh_token=stolen)).json()["refresh_token"]
    clock.advance(seconds=11)
    thief = await door.post("refresh", refresh_token=stolen)
    assert (thief.status_code, thief.json()["code"]) == (401, "refresh_reused")
    assert (await door.post("refresh", refresh_token=mine)).json()["code"] == "refresh_invalid"
    assert (await door.post("refresh", refresh_token=other_device)).status_code == 200


async def test_an_answer_that_got_lost_is_no_theft(door: Door, clock: Clock) -> None:
    first = (await door.sign_in()).json()["refresh_token"]
    await door.post("refresh", refresh_token=first)
    clock.advance(seconds=5)
    assert (await door.post("refresh", refresh_token=first)).status_code == 200


async def test_signing_out_ends_it(door: Door) -> None:
    pair = (await door.sign_in()).json()
    following = (await door.post("refresh", refresh_token=pair["refresh_token"])).json()
    assert (await door.post("sign-out", refresh_token=pair["refresh_token"])).status_code == 204
    for dead in (pair, following):
        assert (await door.post("refresh", refresh_token=dead["refresh_token"])).status_code == 401
    assert (await door.post("sign-out", refresh_token="never seen")).status_code == 204


async def test_refresh_tokens_run_out_and_are_kept_as_hashes(door: Door, clock: Clock) -> None:
    pair = (await door.sign_in()).json()
    stored = await DB.run("SELECT token_hash FROM refresh_token")
    assert [bytes(one["token_hash"]) for one in stored] == [tokens.refresh_hash(pair["refresh_token"])]
    clock.advance(seconds=pair["expires_in"])
    expired = await door.me(pair["access_token"])
    assert (expired.status_code, expired.json()["code"]) == (401, "token_expired")
    clock.advance(days=31)
    dead = await door.post("refresh", refresh_token=pair["refresh_token"])
    assert (dead.status_code, dead.json()["code"]) == (401, "refresh_invalid")
    await service.forget_expired(door.ctx)
    assert await DB.run("SELECT 1 FROM refresh_token") == []


# --- access tokens -----------------------------------------------------------------------------------


def forged(claims: dict[str, Any]) -> str:
    """A token without a signature."""

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


async def test_tokens_that_are_not_ours(door: Door, clock: Clock) -> None:
    good = make_token(door.ctx, door.tenant_id, Role.DRIVER, door.account_id)
    claims = jwt.decode(good, options={"verify_signature": False})
    secret = door.ctx.settings.secret
    assert (await door.me(good)).status_code == 200
    admin = claims | {"role": "admin"}
    head, _, signature = good.split(".")
    swapped = base64.urlsafe_b64encode(json.dumps(admin).encode()).decode().rstrip("=")
    for name, wrong in {
        "without a signature": forged(admin),
        "another secret": jwt.encode(claims, "another secret, also long enough for HS256", algorithm="HS256"),
        "another algorithm": jwt.encode(claims, secret * 2, algorithm="HS512"),
        "another body": f"{head}.{swapped}.{signature}",
        "another issuer": jwt.encode(claims | {"iss": "somebody"}, secret, algorithm="HS256"),
        "no end": jwt.encode({k: v for k, v in claims.items() if k != "exp"}, secret, algorithm="HS256"),
        "no tenant": jwt.encode({k: v for k, v in claims.items() if k != "ten"}, secret, algorithm="HS256"),
        "an unknown role": jwt.encode(claims | {"role": "root"}, secret, algorithm="HS256"),
        "no id": jwt.encode(claims | {"sub": "me"}, secret, algorithm="HS256"),
        "a refresh token": (await door.sign_in()).json()["refresh_token"],
        "nothing": "",
        "garbage": "a.b.c",
    }.items():
        answer = await door.me(wrong)
        assert answer.status_code == 401, name
        assert answer.json()["code"] in ("token_invalid", "not_signed_in"), name
    for header in ("Basic ZGFuYTp4", good, f"Token {good}"):
        answer = await door.client.get("/api/v1/me", headers={"Authorization": header})
        assert answer.status_code == 401, header


# --- logs --------------------------------------------------------------------------------------------


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that the program logs, in the form it has in production."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    logs.configure(level="debug", as_json=True)
    output = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(output)
    yield output
    root.handlers[:], root.level = handlers, level


async def test_logs_hold_no_secret(door: Door, written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = (await door.sign_in()).json()
    await door.sign_in("wr0ng-passw0rd")
    await door.post("refresh", refresh_token=pair["refresh_token"])
    await door.me(pair["access_token"])
    await door.me("a-bad-token")

    async def broken(*_: Any, **__: Any) -> None:
        log = logging.getLogger("some.library")
        log.warning("connecting to postgresql://wattline:hunter2-db@db/x with Authorization: Bearer %s", "abc.def.ghi")
        raise RuntimeError(f"could not send Authorization: Bearer {pair['access_token']}")

    monkeypatch.setattr("backend.tenants.service.default", broken)
    answer = await door.client.get(
        "/api/v1/brand", headers={"Authorization": "Basic ZGFuYTpzZWNyZXQ=", "X-Request": str(uuid4())}
    )
    assert answer.status_code == 500
    text = written.getvalue()
    assert "request failed" in text
    assert "connecting to postgresql://wattline:" in text
    for secret in (
        PASSWORD,
        "wr0ng-passw0rd",
        pair["access_token"],
        pair["refresh_token"],
        "a-bad-token",
        "hunter2-db",
        "abc.def.ghi",
        "ZGFuYTpzZWNyZXQ=",
        door.ctx.settings.secret,
    ):
        assert secret not in text, secret
    for line in text.splitlines():
        assert json.loads(line)["timestamp"]


def test_settings_hide_their_secrets() -> None:
    settings = Settings(secret=world.SECRET, database_url="postgresql://u:hunter2@h/d", admin_password="swordfish")
    for secret in (world.SECRET, "hunter2", "swordfish"):
        assert secret not in repr(settings)


def test_a_browser_that_went_away_is_no_line_in_the_log(written: io.StringIO) -> None:
    """Each closed tab would be a traceback; what else goes wrong there is told."""
    log = logging.getLogger("flet_web.fastapi")
    log.warning('Receive loop error: WebSocket is not connected. Need to call "accept" first.')
    assert not written.getvalue()
    log.warning("Receive loop error: unpack failed")
    assert "unpack failed" in written.getvalue()
