"""Letters and webhooks about faults in the reader's language: what programs read stays as it is."""

import pytest

from backend import wiring
from backend.db.engine import DB
from backend.notify import setup
from shared.notify import Channel, HookKind, HookSet, Platform, PushDeviceNew, RouteSet, Target, TargetKind
from shared.said import in_language
from tests import world
from tests.conftest import Clock
from tests.services.test_mail import MailServer
from tests.services.test_mail import server as server
from tests.services.test_notify import fault, run_jobs
from tests.support.receivers import receiver

pytestmark = pytest.mark.usefixtures("db")
TITLE = "Residual current protection tripped"


async def test_a_letter_speaks_as_its_readers_phone_else_as_the_operator(
    clock: Clock, server: tuple[MailServer, int]
) -> None:
    taken, port = server
    set_up = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none", "smtp_from": "news@example.com"}
    ctx, tenant_id = world.make_context(clock, wiring.EVENTS, **set_up), await world.add_tenant()
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
    found = {letter["To"].partition("-")[0]: letter for letter in taken.letters}
    assert {name: letter["Subject"] == TITLE for name, letter in found.items()} == {
        "olga": False,
        "otto": True,
        "ines": False,
        "lena": False,
    }
    assert found["olga"]["Subject"] == in_language(TITLE, "de")
    bodies = {name: [part.get_content() for part in one.iter_parts()] for name, one in found.items()}
    assert [len(bodies[name]) for name in ("olga", "otto")] == [2, 2]
    assert all("Anschluss 1 meldet GroundFailure und ist außer Betrieb." in one for one in bodies["olga"])
    assert "Connector 1 reports GroundFailure and is out of service." in bodies["otto"][0]


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
