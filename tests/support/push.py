"""Firebase's client, pointed at a server of the test with a credential that needs nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import firebase_admin
import google.auth.credentials
from firebase_admin import credentials, messaging

from tests.support.receivers import Receiver, receiver

SETTING = "test"


class _Token(google.auth.credentials.Credentials):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.token = "static"

    def refresh(self, request: Any) -> None:
        self.token = "static"


class _Static(credentials.Base):  # type: ignore[misc]
    def get_credential(self) -> Any:
        return _Token()


@asynccontextmanager
async def push_server() -> AsyncIterator[Receiver]:
    """With `fcm_credentials=SETTING` in the settings, push goes here."""
    before = messaging._MessagingService.FCM_URL
    async with receiver() as one:
        messaging._MessagingService.FCM_URL = one.url + "{0}"
        app = firebase_admin.initialize_app(_Static(), {"projectId": "test"}, f"wattline:{SETTING}")
        try:
            yield one
        finally:
            messaging._MessagingService.FCM_URL = before
            await asyncio.to_thread(firebase_admin.delete_app, app)
