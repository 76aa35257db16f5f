"""Partners and tickets. A ticket and its letter are written down together; what the partner answers moves the
incident on, in the same transaction."""

import base64
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend import jobs
from backend.alerts import incidents
from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound
from backend.mail import rules as mail_rules
from backend.mail import service as mail
from backend.notify.channels import Gone, Letter, Refused, Trouble, webhook
from backend.tenants import service as tenants
from backend.tickets import pages, rules, store
from shared.faults import EntryKind
from shared.operations import IncidentState
from shared.said import in_language
from shared.tickets import (
    Partner,
    PartnerKind,
    PartnerSet,
    Ticket,
    TicketAnswer,
    TicketAnswerState,
    TicketNew,
    TicketShown,
    TicketState,
)

JOB = "tickets.deliver"
INSIDE = "This address leads into the own network; WATTLINE_WEBHOOK_HOSTS may allow it."
MAILED = {"queued": TicketState.QUEUED, "failed": TicketState.FAILED, "unsent": TicketState.FAILED}
TOLD = {
    TicketAnswerState.ACKNOWLEDGED: "{partner} takes care of ticket {number}.",
    TicketAnswerState.DONE: "{partner} says that ticket {number} is done.",
    TicketAnswerState.DECLINED: "{partner} doesn't take ticket {number}.",
}


# --- partners ----------------------------------------------------------------------------------------


def _partner(row: store.Row, secret: bool) -> Partner:
    return Partner(
        id=str(row["id"]),
        name=row["name"],
        kind=PartnerKind(row["kind"]),
        address=row["address"],
        location_ids=list(row["locations"]),
        secret=row["secret"] if secret else "",
        open_tickets=row["open_tickets"],
    )


async def partners(ctx: Context, tenant_id: UUID, *, secret: bool) -> list[Partner]:
    return [_partner(row, secret) for row in await store.partners(tenant_id)]


async def put_partner(ctx: Context, tenant_id: UUID, partner_id: UUID | None, wanted: PartnerSet) -> Partner:
    if partner_id is not None and await store.partner(tenant_id, partner_id) is None:
        raise NotFound("This service partner doesn't exist.")
    await _check(ctx, tenant_id, wanted)
    values: dict[str, Any] = {
        "name": wanted.name.replace("\0", "").strip() or "–",
        "kind": wanted.kind.value,
        "address": wanted.address.strip(),
        "locations": wanted.location_ids,
    }
    async with ctx.unit():
        if partner_id is None:
            values["secret"] = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
            values["created_at"] = ctx.now()
            partner_id = await store.add_partner(tenant_id, values)
        else:
            await store.change_partner(partner_id, **values)
    return next(one for one in await partners(ctx, tenant_id, secret=True) if one.id == str(partner_id))


async def _check(ctx: Context, tenant_id: UUID, wanted: PartnerSet) -> None:
    address = wanted.address.strip()
    words = ""
    if wanted.kind is PartnerKind.EMAIL:
        words = "" if mail_rules.is_address(address) else "This is no e-mail address."
    elif not await webhook.may_call(ctx, address):
        words = INSIDE if address.startswith(("http://", "https://")) else "This is no web address."
    if words:
        raise InvalidInput(words, fields=[("$.address", words)])
    if rules.sites_known(wanted.location_ids, await store.locations(tenant_id)):
        raise InvalidInput("One of these sites doesn't exist.", fields=[("$.location_ids", "unknown")])


async def remove_partner(ctx: Context, tenant_id: UUID, partner_id: UUID) -> None:
    """Tickets that are under way stay, and can still be answered."""
    if await store.partner(tenant_id, partner_id) is None:
        raise NotFound("This service partner doesn't exist.")
    async with ctx.unit():
        await store.change_partner(partner_id, removed_at=ctx.now())


# --- tickets -----------------------------------------------------------------------------------------


def number_of(row: store.Row) -> str:
    return f"T-{row['number']}"


def shown(row: store.Row) -> Ticket:
    state = TicketState(row["state"])
    if state is TicketState.QUEUED and row["kind"] == PartnerKind.EMAIL:
        # A letter that is forgotten was sent long ago.
        state = MAILED.get(row["mail_state"] or "sent", TicketState.SENT)
    return Ticket(
        id=str(row["id"]),
        number=number_of(row),
        incident_id=str(row["incident"]),
        partner_id=str(row["partner"]) if row["partner"] else None,
        partner=row["partner_name"],
        state=state,
        attempts=row["attempts"],
        error=(row["mail_error"] or "") if row["mail"] else row["error"],
        sent_at=row["sent_at"] or row["mailed_at"],
        **{name: row[name] for name in ("note", "by", "answer", "created_at", "acknowledged_at", "ended_at")},
    )


async def listed(
    ctx: Context, tenant_id: UUID, incident_id: UUID | None, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Ticket], list[Any] | None]:
    rows = await store.page(tenant_id, incident_id, after, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    return [shown(row) for row in rows], [rows[-1]["created_at"], rows[-1]["id"]] if more else None


async def send(ctx: Context, tenant_id: UUID, incident_id: UUID, account_id: UUID, wanted: TicketNew) -> Ticket:
    """Raises Conflict where this partner has one about it already, or nobody looks after the site."""
    row = await incidents.row_of(tenant_id, incident_id)
    if row["state"] == IncidentState.CLOSED:
        raise Conflict("This incident is closed already.", code="incident_closed")
    case = await store.case(incident_id)
    assert case is not None
    if wanted.partner_id is None:
        partner = rules.chosen(await store.partners(tenant_id), case["location"])
    else:
        partner = await store.partner(tenant_id, _uuid(wanted.partner_id))
    if partner is None:
        raise Conflict("There is no service partner for this. Add one first.", code="no_partner")
    ticket_id = uuid4()
    async with ctx.unit():
        number = await store.add(
            {
                "id": ticket_id,
                "incident": incident_id,
                "partner": partner["id"],
                "partner_name": partner["name"],
                "kind": partner["kind"],
                "address": partner["address"],
                "account": account_id,
                "note": wanted.note.replace("\0", "").strip(),
                "created_at": ctx.now(),
            }
        )
        if number is None:
            words = f"{partner['name']} has a ticket about this already."
            raise Conflict(words, code="ticket_there")
        words = f"Ticket T-{number} goes to {partner['name']}."
        await incidents.note(ctx, incident_id, EntryKind.TICKET, words, account_id=account_id)
        await _post(ctx, ticket_id)
    return await ticket(ctx, tenant_id, ticket_id)


async def _post(ctx: Context, ticket_id: UUID) -> None:
    """In the open unit: a letter, or the job that calls the webhook."""
    row = await store.get(ticket_id)
    assert row is not None
    if row["kind"] == PartnerKind.WEBHOOK:
        await jobs.enqueue(JOB, {"ticket_id": str(ticket_id), "attempt": row["attempts"]})
        return
    case = await _case(ctx, row)
    mail_id = await mail.send(
        ctx,
        row["address"],
        rules.subject(case),
        rules.text(case),
        pages.letter(case),
        tenant_id=row["tenant"],
        sender_name=case.sender,
        reply_to=case.contact,
    )
    await store.change(ticket_id, mail=mail_id)


def link_of(ctx: Context, ticket_id: UUID) -> str:
    return f"{ctx.settings.app_url}/ticket/{rules.token(ctx.settings.secret, ticket_id)}"


async def _case(ctx: Context, row: store.Row, wanted: str = "") -> rules.Case:
    """`wanted`: the reader's languages, where known; else it is written in the operator's."""
    about = await store.case(row["incident"])
    assert about is not None
    language = tenants.language_of(about["country"], about["time_zone"], wanted)
    values = {name: about[name] for name in rules.Case.__slots__ if name in about}
    values |= {name: in_language(about[name], language) for name in ("title", "detail", "cause", "advice")}
    link = link_of(ctx, row["id"])
    return rules.Case(**values, number=number_of(row), note=row["note"], by=row["by"], link=link, language=language)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("This service partner doesn't exist.") from None


async def ticket(ctx: Context, tenant_id: UUID, ticket_id: UUID) -> Ticket:
    row = await store.get(ticket_id)
    if row is None or row["tenant"] != tenant_id:
        raise NotFound("This ticket doesn't exist.")
    return shown(row)


async def again(ctx: Context, tenant_id: UUID, ticket_id: UUID) -> Ticket:
    """Try once more what couldn't be delivered, where the partner is reached by now. Raises Conflict where it didn't
    fail, or the partner got another one about it meanwhile."""
    found = await ticket(ctx, tenant_id, ticket_id)
    if found.state is not TicketState.FAILED:
        raise Conflict("Only what failed can be sent again.", code="ticket_not_failed")
    partner = None if found.partner_id is None else await store.partner(tenant_id, UUID(found.partner_id))
    where = {} if partner is None else {"kind": partner["kind"], "address": partner["address"]}
    async with ctx.unit():
        if await store.other_live(ticket_id):
            raise Conflict(f"{found.partner} has a ticket about this already.", code="ticket_there")
        values = {"state": TicketState.QUEUED.value, "attempts": 0, "error": "", "mail": None}
        await store.change(ticket_id, **values, **where)
        await _post(ctx, ticket_id)
    return await ticket(ctx, tenant_id, ticket_id)


async def deliver(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: calls the partner's webhook, and is tried again where that is down."""
    row = await store.get(UUID(payload["ticket_id"]))
    if row is None or row["state"] != TicketState.QUEUED or row["attempts"] != payload["attempt"]:
        return
    partner = None if row["partner"] is None else await store.partner(row["tenant"], row["partner"])
    error, for_good = "This service partner was removed.", True
    if partner is not None:
        try:
            await webhook.send(ctx, await _letter(ctx, row, partner))
        except Trouble as trouble:
            error, for_good = str(trouble), False
        except (Refused, Gone) as refused:
            error = str(refused)
        else:
            error = ""
    async with ctx.unit():
        known = await store.lock(row["id"])
        if known is None or known["state"] != TicketState.QUEUED or known["attempts"] != payload["attempt"]:
            return
        if not error:
            await store.change(row["id"], state=TicketState.SENT.value, sent_at=ctx.now(), error="")
            return
        attempts = payload["attempt"] + 1
        await store.change(row["id"], attempts=attempts, error=error[:500])
        if for_good or attempts > len(rules.RETRIES):
            await store.change(row["id"], state=TicketState.FAILED.value)
            words = f"Ticket {number_of(row)} couldn't be delivered: {error}"[:500]
            await incidents.note(ctx, row["incident"], EntryKind.TICKET, words)
        else:
            again_at = rules.RETRIES[attempts - 1]
            await jobs.enqueue(JOB, {"ticket_id": str(row["id"]), "attempt": attempts}, delay=again_at)


async def _letter(ctx: Context, row: store.Row, partner: store.Row) -> Letter:
    case = await _case(ctx, row)
    answer_url = f"{ctx.settings.app_url}/api/v1/ticket-answers/{rules.token(ctx.settings.secret, row['id'])}"
    return Letter(
        id=row["id"],
        tenant_id=row["tenant"],
        sender=case.sender,
        address=row["address"],
        kind="service_ticket",
        severity=case.severity,
        title=rules.subject(case),
        body=rules.text(case),
        link="",
        url=case.link,
        at=row["created_at"],
        secret=partner["secret"],
        language=case.language,
        data=rules.data(case, answer_url),
    )


# --- answers -----------------------------------------------------------------------------------------


async def by_link(ctx: Context, token: str) -> store.Row:
    """Raises NotFound for a link that we never made."""
    ticket_id = rules.ticket_of(ctx.settings.secret, token)
    row = None if ticket_id is None else await store.get(ticket_id)
    if row is None:
        raise NotFound("This ticket isn't known.")
    return row


async def seen(ctx: Context, token: str, wanted: str = "") -> tuple[rules.Case, Ticket]:
    """`wanted`: as a browser's Accept-Language."""
    row = await by_link(ctx, token)
    return await _case(ctx, row, wanted), shown(row)


async def answer(ctx: Context, token: str, wanted: TicketAnswer) -> TicketShown:
    """The same answer twice changes nothing. Raises Conflict where the ticket is closed."""
    ticket_id = (await by_link(ctx, token))["id"]
    note = wanted.note.replace("\0", "").strip()
    async with ctx.unit():
        row = await store.lock(ticket_id)
        assert row is not None
        state = TicketState(row["state"])
        if why := rules.why_not(state, wanted.state):
            raise Conflict(why, code="ticket_closed")
        if state.value != wanted.state.value or (note and note != row["answer"]):
            await _answered(ctx, row, wanted.state, note)
    fresh = await store.get(ticket_id)
    assert fresh is not None
    title = (await _case(ctx, fresh)).title
    return TicketShown(number=number_of(fresh), state=shown(fresh).state, title=title, answer=fresh["answer"])


async def _answered(ctx: Context, row: store.Row, state: TicketAnswerState, note: str) -> None:
    now = ctx.now()
    values: dict[str, Any] = {"state": state.value, "answer": note or row["answer"], "acknowledged_at": now}
    if row["acknowledged_at"] is not None or state is TicketAnswerState.DECLINED:
        values["acknowledged_at"] = row["acknowledged_at"]
    if state is not TicketAnswerState.ACKNOWLEDGED:
        values["ended_at"] = now
    await store.change(row["id"], **values)
    words = TOLD[state].format(partner=row["partner_name"], number=number_of(row))
    await incidents.note(ctx, row["incident"], EntryKind.TICKET, f"{words} {note}".strip())
    before = await incidents.row_of(row["tenant"], row["incident"])
    others = await store.live_about(row["incident"])
    after = rules.next_incident(state, IncidentState(before["state"]), others)
    if after is IncidentState.OPEN:
        await incidents.open_again(ctx, row["tenant"], row["incident"])
    elif after is not None and after.value != before["state"]:
        await incidents.change_state(ctx, row["tenant"], row["incident"], None, after)
