"""The app's way to the backend, against a real one: one refresh for all, problems in plain words, lost connections."""

import asyncio
from uuid import uuid4

import httpx
import msgspec
import pytest

from app.api import Api, ApiError
from backend.db.engine import DB
from shared.accounts import Account, Meta, Role, SignIn, Tokens
from shared.base import Page
from shared.stations import StationRow
from shared.transactions import StartTransaction, Transaction
from tests.support.node import Node


def stale(tokens: Tokens) -> Tokens:
    """As remembered from yesterday: the access token is dead, the refresh token isn't."""
    return msgspec.structs.replace(tokens, access_token=tokens.access_token[:-6] + "AAAAAA")


async def refreshes(node: Node) -> int:
    """How many refresh tokens were ever made."""
    return int((await DB.run("SELECT count(*) AS n FROM refresh_token"))[0]["n"])


async def test_an_answer_is_decoded(node: Node) -> None:
    api = Api(node.url)
    assert (await api.get("/meta", Meta)).brand.name == "Test"
    await api.close()


async def test_many_requests_with_a_dead_token_refresh_it_once(node: Node) -> None:
    api = Api(node.url)
    api.tokens = stale(await node.tokens(Role.OPERATOR))
    told: list[Tokens | None] = []

    async def tell(tokens: Tokens | None) -> None:
        told.append(tokens)

    api.on_tokens = tell
    before = await refreshes(node)
    answers = await asyncio.gather(*(api.get("/me", Account) for _ in range(12)))
    assert {one.role for one in answers} == {Role.OPERATOR}
    assert len(told) == 1
    assert await refreshes(node) == before + 1
    await api.close()


async def test_a_sign_in_that_can_not_be_kept_ends(node: Node) -> None:
    api = Api(node.url)
    tokens = await node.tokens(Role.OPERATOR)
    api.tokens = msgspec.structs.replace(stale(tokens), refresh_token="x" * 43)
    told: list[Tokens | None] = []

    async def tell(found: Tokens | None) -> None:
        told.append(found)

    api.on_tokens = tell
    with pytest.raises(ApiError) as caught:
        await api.get("/me", Account)
    assert caught.value.status == 401
    assert told == [None]
    assert api.tokens is None
    await api.close()


async def test_a_problem_says_what_happened_in_plain_words(node: Node) -> None:
    api = Api(node.url)
    with pytest.raises(ApiError) as wrong:
        await api.post("/auth/sign-in", SignIn(email="a@example.com", password="wrong"), Tokens)
    assert wrong.value.status == 401
    assert wrong.value.code
    assert wrong.value.title
    assert "Traceback" not in wrong.value.detail
    assert not wrong.value.offline

    api.tokens = await node.tokens(Role.DRIVER)
    with pytest.raises(ApiError) as forbidden:
        await api.get("/stations", Page[StationRow])
    assert (forbidden.value.status, forbidden.value.code) == (403, "not_allowed")
    with pytest.raises(ApiError) as missing:
        await api.get("/locations/00000000-0000-4000-8000-000000000000", Account)
    assert (missing.value.status, missing.value.code) == (404, "not_found")
    await api.close()


async def test_a_backend_that_can_not_be_reached_is_offline_and_keeps_the_sign_in(node: Node) -> None:
    api = Api(node.url)
    api.tokens = stale(await node.tokens(Role.DRIVER))
    await node.web.stop()
    with pytest.raises(ApiError) as caught:
        await api.get("/me", Account)
    assert caught.value.offline
    assert caught.value.detail
    assert api.tokens is not None
    await node.web.start()
    assert (await api.get("/me", Account)).role is Role.DRIVER
    await api.close()


async def test_an_answer_this_app_does_not_understand_asks_for_an_update(node: Node) -> None:
    api = Api(node.url)
    with pytest.raises(ApiError) as caught:
        await api.get("/meta", Tokens)
    assert caught.value.code == "unreadable"
    await api.close()


async def test_the_same_key_is_one_intent(node: Node) -> None:
    """A second tap, or a request repeated because its answer was lost, starts nothing twice."""
    api = Api(node.url)
    api.tokens = await node.tokens(Role.DRIVER)
    connector_id = (await node.add_station("CP-1"))[0]
    body, key = StartTransaction(connector_id=str(connector_id)), uuid4().hex
    async with node.booted("CP-1") as station:
        asking = asyncio.create_task(api.post("/transactions", body, Transaction, key=key))
        message_id, _ = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        first = await asking
        again = await api.post("/transactions", body, Transaction, key=key)
        assert again == first
        await station.expect_nothing()
    await api.close()


async def test_signing_out_without_a_connection_still_signs_out_here(node: Node) -> None:
    api = Api(node.url)
    api.tokens = await node.tokens(Role.DRIVER)
    await node.web.stop()
    await api.sign_out()
    assert api.tokens is None
    await api.close()


async def test_what_is_long_in_the_making_is_waited_for_where_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.6)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
        await writer.drain()
        writer.close()

    monkeypatch.setattr("app.api.TIMEOUT", httpx.Timeout(10.0, read=0.1))
    async with await asyncio.start_server(slow, "127.0.0.1", 0) as server:
        api = Api(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(ApiError, match="can't be reached"):
            await api.post("/slow", kind=list[int])
        assert await api.post("/slow", kind=list[int], patience_s=30.0) == []
        await api.close()
