"""An incident at its service partner: by e-mail and by webhook, answered by link and by program."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook

from backend import wiring
from backend.alerts import details, incidents
from backend.context import Context
from backend.db.engine import DB
from backend.errors import Conflict, InvalidInput, NotFound
from backend.stations import service as stations
from backend.stations.service import StatusReport
from backend.tickets import pages, rules, service
from backend.tickets.words import GERMAN
from shared.faults import EntryKind
from shared.operations import IncidentState
from shared.said import in_language
from shared.stations import ConnectorStatus
from shared.tickets import PartnerKind, PartnerSet, TicketAnswer, TicketAnswerState, TicketNew, TicketState
from tests import world
from tests.conftest import Clock
from tests.support.receivers import Receiver, receiver

pytestmark = pytest.mark.usefixtures("db")
CASE = rules.Case(
    number="T-1", sender="Nord", contact="help@nord.example", title="t", severity="info", detail="d", cause="c",
    advice="a",
    station="One", identity="CP-1", vendor="v", model="m", serial="9", firmware="f", connector="1", place="p",
    address="s", opened_at=datetime(2026, 3, 2, 8, tzinfo=UTC), zone="Europe/Berlin", note="n", by="Olga", evidence={},
    link="https://x.example",
)  # fmt: skip
TAKEN, DONE = TicketAnswerState.ACKNOWLEDGED, TicketAnswerState.DONE


class House:
    def __init__(self, ctx: Context, tenant_id: UUID, account_id: UUID, incident_id: UUID, location_id: UUID) -> None:
        self.ctx, self.tenant_id, self.account_id = ctx, tenant_id, account_id
        self.incident_id, self.location_id = incident_id, location_id

    async def partner(self, **wanted: Any) -> str:
        given = {"name": "Fix", "kind": PartnerKind.EMAIL, "address": "fix@fix.example", **wanted}
        return (await service.put_partner(self.ctx, self.tenant_id, None, PartnerSet(**given))).id

    async def send(self, **wanted: Any) -> Any:
        return await service.send(self.ctx, self.tenant_id, self.incident_id, self.account_id, TicketNew(**wanted))

    def token(self, ticket: Any) -> str:
        return rules.token(self.ctx.settings.secret, UUID(ticket.id))

    async def told(self) -> list[str]:
        found = await details.detail(self.ctx, self.tenant_id, self.incident_id)
        return [one.text for one in found.timeline if one.kind is EntryKind.TICKET]

    async def state(self) -> IncidentState:
        return (await incidents.incident(self.ctx, self.tenant_id, self.incident_id)).state


@pytest.fixture
async def house(clock: Clock) -> House:
    ctx = world.make_context(clock, wiring.EVENTS, webhook_hosts=("127.0.0.1",))
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    account_id = await world.add_account(tenant_id, "Olga", "operator")
    station_id = await world.add_station(tenant_id, "CP-1", online=True, location_id=location_id)
    report = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=clock.now(), error_code="GroundFailure")
    await stations.connector_status(ctx, station_id, report)
    [row] = await DB.run("SELECT id FROM incident")
    return House(ctx, tenant_id, account_id, row["id"], location_id)


async def test_by_letter_and_answered_by_the_link(house: House) -> None:
    partner_id = UUID(await house.partner())
    ticket = await house.send(note="Key at the <kiosk>")
    assert (ticket.state, ticket.partner, ticket.by) == (TicketState.QUEUED, "Fix", "Olga")
    [letter] = await DB.run("SELECT * FROM mail")
    assert (letter["recipient"], letter["state"]) == ("fix@fix.example", "queued")
    assert letter["subject"] == f"[{ticket.number}] {in_language('Residual current protection tripped', 'de')} – CP-1"
    for said in ("Key at the <kiosk> (Olga)", "Anschluss:", house.token(ticket), "Vorschlag:"):
        assert said in letter["body_text"], letter["body_text"]
    assert "Key at the &lt;kiosk&gt;" in letter["body_html"]
    assert house.token(ticket) in letter["body_html"]

    await DB.run("UPDATE mail SET state = 'failed', error = '550 nobody'")
    failed = await service.ticket(house.ctx, house.tenant_id, UUID(ticket.id))
    assert (failed.state, failed.error) == (TicketState.FAILED, "550 nobody")
    mended = PartnerSet(name="Fix", kind=PartnerKind.EMAIL, address="right@fix.example")
    await service.put_partner(house.ctx, house.tenant_id, partner_id, mended)
    assert (await service.again(house.ctx, house.tenant_id, UUID(ticket.id))).state is TicketState.QUEUED
    [letter] = await DB.run("SELECT recipient FROM mail WHERE state = 'queued'")
    assert letter["recipient"] == "right@fix.example"
    await DB.run("UPDATE mail SET state = 'sent'")

    case, seen = await service.seen(house.ctx, house.token(ticket))
    assert "Wir kümmern uns darum" in pages.page(case, seen)
    for _ in range(2):
        shown = await service.answer(house.ctx, house.token(ticket), TicketAnswer(state=TAKEN, note="Tomorrow"))
        assert (shown.state, await house.state()) == (TicketState.ACKNOWLEDGED, IncidentState.IN_REPAIR)
    await service.answer(house.ctx, house.token(ticket), TicketAnswer(state=DONE))
    assert await house.state() is IncidentState.WATCHED
    with pytest.raises(Conflict, match="closed already"):
        await service.answer(house.ctx, house.token(ticket), TicketAnswer(state=TicketAnswerState.DECLINED))
    assert await house.told() == [
        f"Ticket {ticket.number} goes to Fix.",
        f"Fix takes care of ticket {ticket.number}. Tomorrow",
        f"Fix says that ticket {ticket.number} is done.",
    ]


async def test_by_webhook_signed_and_tried_again(house: House, clock: Clock) -> None:
    async with receiver() as partner:
        await by_webhook(house, partner, clock)


async def by_webhook(house: House, receiver: Receiver, clock: Clock) -> None:
    partner = await house.partner(kind=PartnerKind.WEBHOOK, address=receiver.url)
    ticket = await house.send()
    receiver.answer = lambda _body: (503, {})
    for attempt in range(3):
        await service.deliver(house.ctx, {"ticket_id": ticket.id, "attempt": attempt})
        await service.deliver(house.ctx, {"ticket_id": ticket.id, "attempt": attempt})  # a job may run twice
    troubled = await service.ticket(house.ctx, house.tenant_id, UUID(ticket.id))
    assert (troubled.state, troubled.attempts) == (TicketState.QUEUED, 3)
    assert "503" in troubled.error
    assert len(receiver.requests) == 3
    receiver.answer = lambda _body: (200, {})
    await service.deliver(house.ctx, {"ticket_id": ticket.id, "attempt": 3})
    assert (await service.ticket(house.ctx, house.tenant_id, UUID(ticket.id))).state is TicketState.SENT
    [secret] = [one.secret for one in await service.partners(house.ctx, house.tenant_id, secret=True)]
    headers, said = receiver.requests[-1]
    sent_at = house.ctx.now()
    assert headers["webhook-signature"] == Webhook(secret).sign(ticket.id, sent_at, receiver.raw[-1])
    assert said["data"]["identity"] == "CP-1"
    assert (said["type"], said["data"]["severity"], said["data"]["language"]) == ("service_ticket", "critical", "de")
    assert said["data"]["detail"].startswith("Anschluss 1 meldet GroundFailure")
    assert "code" in said["data"]["evidence"]  # names for programs stay
    token = said["data"]["answer_url"].rpartition("/")[2]
    await service.answer(house.ctx, token, TicketAnswer(state=TAKEN))
    assert await house.state() is IncidentState.IN_REPAIR
    clock.advance(minutes=1)
    await service.answer(house.ctx, token, TicketAnswer(state=TicketAnswerState.DECLINED, note="No time"))
    assert await house.state() is IncidentState.OPEN
    told = await DB.run("SELECT 1 FROM notice WHERE kind = 'incident_opened' AND incident = $1", house.incident_id)
    assert len(told) == 2  # nobody takes it any more: people hear of it again
    another = await house.send(partner_id=partner)
    assert another.state is TicketState.QUEUED  # asked once more
    await DB.run("UPDATE service_ticket SET state = 'failed' WHERE id = $1", UUID(ticket.id))
    with pytest.raises(Conflict, match="has a ticket about this already"):
        await service.again(house.ctx, house.tenant_id, UUID(ticket.id))


async def test_a_ticket_speaks_the_operators_language_and_its_page_the_readers(house: House) -> None:
    await house.partner()
    first = await house.send()
    assert "Code" in pages.page(*await service.seen(house.ctx, house.token(first)))
    for wanted, lang, button in (
        ("", "de", "Es ist erledigt"),
        ("en-GB,en;q=0.9", "en", "It is done"),
        ("pl", "de", "Es ist erledigt"),
        ("pl,de;q=0.4,en;q=0.8", "en", "It is done"),
    ):
        case, seen = await service.seen(house.ctx, house.token(first), wanted)
        shown = pages.page(case, seen, "Please press one of the buttons.")
        assert f'<html lang="{lang}">' in shown
        assert button in shown
        assert ("Please" in shown) is (lang == "en")
        assert case.title == in_language("Residual current protection tripped", lang)
    await DB.run("UPDATE service_ticket SET state = 'declined'")
    await DB.run("UPDATE tenant SET country = 'GB'")
    await DB.run("DELETE FROM mail")
    await house.send()
    [letter] = await DB.run("SELECT * FROM mail")
    assert "asks you to look after a charging station." in letter["body_text"]
    assert "Measured: Code:" in letter["body_text"]
    assert "Residual current protection tripped (Critical)" in letter["body_html"]


def test_every_word_of_tickets_is_said_in_german() -> None:
    files = [*pages.FOLDER.glob("*.html"), *(pages.FOLDER.parent / name for name in ("rules.py", "api.py"))]
    said = {one for file in files for one in re.findall(r'say\("([^"]+)"\)', file.read_text("utf-8"))}
    said |= {*pages.WORDS.values(), *rules.SEVERITIES.values(), "Please press one of the buttons."}
    said.add(rules.why_not(TicketState.DONE, TicketAnswerState.DECLINED))
    said |= {name for name, _ in rules.rows(CASE)}
    assert sorted(said - set(GERMAN)) == []
    german = rules.text(replace(CASE, language="de"))
    assert [name for name, _ in rules.rows(CASE) if name != "Station" and f"{name}:" in german] == ["Firmware"]
    assert "Seit:" in german
    assert "02.03.2026 09:00" in german


async def test_who_gets_it_and_what_is_refused(house: House) -> None:
    with pytest.raises(Conflict, match="no service partner"):
        await house.send()
    await house.partner(name="All")
    here = await house.partner(name="Here", location_ids=[str(house.location_id)])
    first = await house.send()
    assert first.partner == "Here"
    with pytest.raises(Conflict, match="has a ticket about this already"):
        await house.send(partner_id=here)
    await service.remove_partner(house.ctx, house.tenant_id, UUID(here))
    assert (await house.send()).partner == "All"
    for wrong in (
        {"address": "nobody"},
        {"kind": PartnerKind.WEBHOOK, "address": "https://10.0.0.1/x"},
        {"location_ids": [str(UUID(int=1))]},
    ):
        with pytest.raises(InvalidInput):
            await house.partner(**wrong)
    for link in ("", "x" * 55, rules.token("another secret", UUID(first.id))):
        with pytest.raises(NotFound):
            await service.answer(house.ctx, link, TicketAnswer(state=TAKEN))
    await incidents.close(house.ctx, house.tenant_id, house.incident_id, house.account_id)
    with pytest.raises(Conflict, match="closed already"):
        await house.send()
    await service.answer(house.ctx, house.token(first), TicketAnswer(state=DONE))
    assert await house.state() is IncidentState.CLOSED
