"""The way to the backend: typed calls, problems in plain words, tokens refreshed once for all who wait."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import msgspec

from app.errors import ApiError as ApiError
from shared.accounts import Tokens
from shared.base import Problem
from shared.stations import CommandAnswer

T = TypeVar("T")
ANY: Any = Any
TIMEOUT = httpx.Timeout(10.0, read=40.0)
"""A command may wait for a station on a bad link."""


OFFLINE = ("No connection", "Wattline can't be reached now. Check your connection; we keep trying.")


class Api:
    """One for each session. `on_signed_out` is called when the sign-in can't be kept."""

    def __init__(self, base_url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self.tokens: Tokens | None = None
        self.on_tokens: Callable[[Tokens | None], Awaitable[None]] | None = None
        self._client = httpx.AsyncClient(base_url=self.base_url, timeout=TIMEOUT, transport=transport)
        self._refreshing = asyncio.Lock()

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, path: str, kind: type[T], **params: Any) -> T:
        """The decoded answer. Raises ApiError."""
        given = {name: value for name, value in params.items() if value is not None and value != ""}
        return await self._call("GET", path, kind, params=given)

    async def post(
        self,
        path: str,
        body: msgspec.Struct | None = None,
        kind: type[T] = ANY,
        *,
        key: str | None = None,
        patience_s: float | None = None,
    ) -> T:
        """`key`: the same for each repetition of one intent; made anew where none is given. `patience_s`: for an answer
        that is long in the making. Raises ApiError."""
        sent = {"Idempotency-Key": key or uuid4().hex}
        return await self._call("POST", path, kind, body=body, headers=sent, patience_s=patience_s)

    async def put(self, path: str, body: msgspec.Struct | None = None, kind: type[T] = ANY) -> T:
        return await self._call("PUT", path, kind, body=body)

    async def patch(self, path: str, body: msgspec.Struct, kind: type[T] = ANY) -> T:
        return await self._call("PATCH", path, kind, body=body)

    async def delete(self, path: str, kind: type[T] = ANY) -> T:
        return await self._call("DELETE", path, kind)

    async def text(self, path: str, **params: Any) -> str:
        response = await self._send("GET", path, params={k: v for k, v in params.items() if v})
        return response.text

    async def content(self, path: str) -> bytes:
        """A file. Raises ApiError."""
        return (await self._send("GET", path)).content

    async def upload(self, path: str, content: bytes, kind: type[T], **params: Any) -> T:
        """The body is the file itself. Raises ApiError."""
        return await self._call("POST", path, kind, body=content, params=params)

    async def access_token(self) -> str:
        """A fresh one for the live socket. Raises ApiError when nobody is signed in."""
        await self._refresh(self.tokens)
        if self.tokens is None:
            raise ApiError("Please sign in", code="not_signed_in", status=401)
        return self.tokens.access_token

    async def use(self, tokens: Tokens | None) -> None:
        self.tokens = tokens
        if self.on_tokens is not None:
            await self.on_tokens(tokens)

    async def sign_out(self) -> None:
        tokens, self.tokens = self.tokens, None
        if tokens is not None:
            body = msgspec.json.encode({"refresh_token": tokens.refresh_token})
            with contextlib.suppress(httpx.HTTPError):  # signed out here; the token dies by itself
                await self._client.post("/api/v1/auth/sign-out", content=body)
        await self.use(None)

    # --- inside -----------------------------------------------------------------------------------------

    async def _call(
        self,
        method: str,
        path: str,
        kind: Any,
        *,
        body: msgspec.Struct | bytes | None = None,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        patience_s: float | None = None,
    ) -> Any:
        response = await self._send(method, path, body=body, params=params, headers=headers, patience_s=patience_s)
        if response.status_code == 204 or not response.content:
            return None
        if response.status_code == 202 and "queue_for_s=" in path:
            kind = CommandAnswer  # it waits for its station, whatever it would answer otherwise
        try:
            return msgspec.json.decode(response.content, type=kind)
        except msgspec.DecodeError as error:
            raise ApiError("The app is too old", "Please update the app.", code="unreadable", status=500) from error

    async def _send(
        self,
        method: str,
        path: str,
        *,
        body: msgspec.Struct | bytes | None = None,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        patience_s: float | None = None,
    ) -> httpx.Response:
        timeout = TIMEOUT if patience_s is None else httpx.Timeout(TIMEOUT.connect, read=patience_s)
        raw = isinstance(body, bytes)
        content = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        used = self.tokens
        for again in (False, True):
            sent = dict(headers or {})
            if content is not None:
                sent["Content-Type"] = "application/octet-stream" if raw else "application/json"
            if self.tokens is not None:
                sent["Authorization"] = f"Bearer {self.tokens.access_token}"
                used = self.tokens
            try:
                response = await self._client.request(
                    method, f"/api/v1{path}", content=content, params=params, headers=sent, timeout=timeout
                )
            except httpx.HTTPError as error:
                raise ApiError(*OFFLINE) from error
            if response.status_code != 401 or again or used is None:
                break
            await self._refresh(used)
            if self.tokens is None:
                break
        if response.is_success:
            return response
        raise _problem(response)

    async def _refresh(self, used: Tokens | None) -> None:
        """One refresh for all requests that found the same token dead."""
        if used is None:
            return
        async with self._refreshing:
            if self.tokens is not used:
                return
            body = msgspec.json.encode({"refresh_token": used.refresh_token})
            try:
                response = await self._client.post("/api/v1/auth/refresh", content=body)
            except httpx.HTTPError as error:
                raise ApiError(*OFFLINE) from error
            if response.is_success:
                await self.use(msgspec.json.decode(response.content, type=Tokens))
            elif response.status_code < 500:
                await self.use(None)


def _problem(response: httpx.Response) -> ApiError:
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError:
        return ApiError("Something went wrong", "Please try again.", status=response.status_code)
    return ApiError(problem.title, problem.detail, code=problem.code, status=problem.status)
