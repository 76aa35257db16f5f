"""Push: to browsers by Web Push, to apps by Firebase Cloud Messaging (service account in WATTLINE_FCM_CREDENTIALS)."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import firebase_admin
from firebase_admin import credentials, exceptions, messaging
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request as Asking

from backend.context import Context
from backend.notify import rules
from backend.notify.channels import web_push
from backend.notify.channels.base import Gone, Letter, NotSetUp, Refused, Trouble
from shared.notify import Told
from shared.operations import Severity

TIMEOUT_S = 15
NO_TOKEN = "not a valid FCM registration token"
"""Firebase says so of a token that never was one: with the same code as of a message that is wrong."""
SIGNING_IN = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fcm-sign-in")
"""Firebase's client would ask for its own token in the middle of everything else, and hold all of it up meanwhile."""


def configured(ctx: Context) -> bool:
    return bool(ctx.settings.fcm_credentials)


def _app(path: str) -> Any:
    name = f"wattline:{path}"
    try:
        return firebase_admin.get_app(name)
    except ValueError:
        if not Path(path).is_file():
            raise NotSetUp(f"The file of WATTLINE_FCM_CREDENTIALS isn't there: {path}") from None
    try:
        certificate = credentials.Certificate(path)
    except (ValueError, OSError) as error:
        raise Trouble(f"The file of WATTLINE_FCM_CREDENTIALS can't be used. {error}"[:500]) from None
    try:
        return firebase_admin.initialize_app(certificate, {"httpTimeout": TIMEOUT_S}, name)
    except ValueError:  # another message was first
        return firebase_admin.get_app(name)


def _sign_in(app: Any) -> None:
    """Blocks: for a thread."""
    known = app.credential.get_credential()
    if not known.valid:
        known.refresh(partial(Asking(), timeout=TIMEOUT_S))


def message(letter: Letter) -> Any:
    """The id as tag and collapse id: a phone shows it once, however often it comes."""
    urgent = rules.urgency(Told(letter.kind), Severity(letter.severity)) == "high"
    same = str(letter.id)
    return messaging.Message(
        token=letter.address,
        notification=messaging.Notification(title=letter.title, body=letter.body[:1000]),
        data={"link": letter.link, "kind": letter.kind, "id": same, "severity": letter.severity},
        android=messaging.AndroidConfig(
            priority="high" if urgent else "normal",
            notification=messaging.AndroidNotification(
                tag=same, channel_id="critical" if letter.severity == "critical" else "news"
            ),
        ),
        apns=messaging.APNSConfig(
            headers={"apns-collapse-id": same, "apns-priority": "10" if urgent else "5"},
            payload=messaging.APNSPayload(aps=messaging.Aps(sound="default")),
        ),
    )


async def send(ctx: Context, letter: Letter) -> None:
    if letter.p256dh:
        await web_push.send(ctx, letter)
        return
    if not configured(ctx):
        raise NotSetUp("Push to apps is not set up (WATTLINE_FCM_CREDENTIALS).")
    app = await asyncio.to_thread(_app, ctx.settings.fcm_credentials)
    try:
        await asyncio.get_running_loop().run_in_executor(SIGNING_IN, _sign_in, app)
        answer = (await messaging.send_each_async([message(letter)], app=app)).responses[0]
    except (exceptions.FirebaseError, GoogleAuthError) as error:
        raise Trouble(f"{type(error).__name__}: {error}"[:500]) from None
    if answer.exception is not None:
        judge(answer.exception)


def judge(error: Exception) -> None:
    """What becomes of a message by Firebase's error. Raises it."""
    said = f"{type(error).__name__}: {error}"[:500]
    if isinstance(error, messaging.UnregisteredError | messaging.SenderIdMismatchError) or NO_TOKEN in said:
        raise Gone(said)
    if isinstance(error, exceptions.InvalidArgumentError):
        raise Refused(said)
    raise Trouble(said)
