"""Letters and webhooks about faults in the reader's language: what programs read stays as it is."""

from typing import Any

import pytest

from backend import wiring
from backend.db.engine import DB
from backend.notify import setup
from shared.notify import Channel, HookKind, HookSet, Platform, PushDeviceNew, RouteSet, Target, TargetKind
from shared.said import in_language
from tests import world
from tests.conftest import Clock
from tests.services.test_notify import fault, run_jobs
from tests.support.receivers import receiver

pytestmark = pytest.mark.usefixtures("db")
TITLE = "Residual current protection tripped"


async def letters() -> dict[str, dict[str, Any]]:
    return {row["recipient"].partition("-")[0]: row for row in await DB.run("SELECT * FROM mail")}


async def test_a_letter_speaks_as_its_readers_phone_else_as_the_operator(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock, wiring.EVENTS, smtp_host="mail.example"), await world.add_tenant()
    for name, languages in (("Olga", []), ("Otto", ["de", "en"]), ("Ines", ["en", "de"]), ("Lena", [""])):
        account_id = await world.add_account(tenant_id, name, "operator")
        for number, language in enumerate(languages):
            token = f"{name}-{number}-token"
            new = PushDeviceNew(token=token, platform=Platform.ANDROID, language=language)
            await setup.add_device(ctx, account_id, new)
            await DB.run("UPDATE push_device SET seen_at = $1 WHERE token = $2", clock.now(), token)
            clock.advance(seconds=1)
    await fault(ctx, await world.add_station(tenant_id))
    await run_jobs(ctx)
    found = await letters()
    assert {name: row["subject"] == TITLE for name, row in found.items()} == {
        "olga": False,
        "otto": True,
        "ines": False,
        "lena": False,
    }
    german = found["olga"]
    assert german["subject"] == in_language(TITLE, "de")
    assert "Anschluss 1 meldet GroundFailure und ist außer Betrieb." in german["body_text"]
    assert "Anschluss 1 meldet GroundFailure und ist außer Betrieb." in german["body_html"]
    assert "Connector 1 reports GroundFailure and is out of service." in found["otto"]["body_text"]


@pytest.mark.parametrize(("country", "language", "opens"), [("", "de", "Öffnen"), ("GB", "en", "Open")])
async def test_a_webhooks_text_follows_the_operator(clock: Clock, country: str, language: str, opens: str) -> None:
    ctx, tenant_id = world.make_context(clock, wiring.EVENTS, webhook_hosts=("127.0.0.1",)), await world.add_tenant()
    await DB.run("UPDATE tenant SET country = $1", country)
    async with receiver() as one:
        hooks = [
            await setup.put_hook(ctx, tenant_id, None, HookSet(name=kind, kind=kind, url=one.url)) for kind in HookKind
        ]
        targets = [Target(kind=TargetKind.HOOK, id=hook.id) for hook in hooks]
        await setup.put_route(ctx, tenant_id, None, RouteSet(name="Out", targets=targets, channels=[Channel.APP]))
        await fault(ctx, await world.add_station(tenant_id))
        await run_jobs(ctx)
        bodies = [body for _, body in one.requests]
    title = in_language(TITLE, language)
    generic = next(body for body in bodies if "type" in body and "data" in body)
    assert (generic["type"], generic["data"]["severity"]) == ("incident_opened", "critical")
    assert (generic["data"]["language"], generic["data"]["title"]) == (language, title)
    teams = next(body for body in bodies if "attachments" in body)["attachments"][0]["content"]
    assert (teams["body"][0]["text"], teams["actions"][0]["title"]) == (title, opens)
    slack = next(body for body in bodies if "blocks" in body)
    assert slack["text"] == title
    assert f"|{opens} in Nord>" in slack["blocks"][2]["text"]["text"]
    sms = next(body for body in bodies if "text" in body and "blocks" not in body)
    assert sms["text"].startswith(title)
