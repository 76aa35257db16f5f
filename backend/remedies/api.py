"""Playbooks and their runs over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.remedies import playbooks, service
from backend.web.guards import Actor
from backend.web.idempotency import once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.remedies import DryRun, DryRunResult, Playbook, PlaybookDetail, PlaybookSet, Remedy, RemedyState

AnyRequest = Request[Any, Any, Any]
BOOKS = "/api/v1/playbooks"
ONE = f"{BOOKS}/{{playbook_id:uuid}}"
RUNS = "/api/v1/remedies"


@get(BOOKS, role=Role.OPERATOR, summary="Playbooks in the order in which they are asked, and how often they mended")
async def list_playbooks(ctx: Context, actor: Actor) -> list[Playbook]:
    return await playbooks.listed(ctx, actor.tenant_id)


@post(BOOKS, role=Role.ADMIN, status_code=201, summary="Add a playbook")
async def add_playbook(ctx: Context, actor: Actor, data: PlaybookSet) -> Playbook:
    return await playbooks.add(ctx, actor.tenant_id, actor.account_id, data)


@get(ONE, role=Role.OPERATOR, summary="A playbook with its versions, and how it did by model and firmware")
async def read_playbook(ctx: Context, actor: Actor, playbook_id: UUID) -> PlaybookDetail:
    return await playbooks.detail(ctx, actor.tenant_id, playbook_id)


@put(ONE, role=Role.ADMIN, summary="Change a playbook: a new version")
async def change_playbook(ctx: Context, actor: Actor, playbook_id: UUID, data: PlaybookSet) -> Playbook:
    """Runs that are under way go on by the version with which they began."""
    return await playbooks.change(ctx, actor.tenant_id, actor.account_id, playbook_id, data)


@delete(ONE, role=Role.ADMIN, summary="Remove a playbook")
async def remove_playbook(ctx: Context, actor: Actor, playbook_id: UUID) -> None:
    await playbooks.remove(ctx, actor.tenant_id, playbook_id)


@post(f"{BOOKS}/dry-run", role=Role.OPERATOR, status_code=200, summary="What a playbook would have done")
async def dry_run(ctx: Context, actor: Actor, data: DryRun) -> DryRunResult:
    return await playbooks.dry_run(ctx, actor.tenant_id, data.plan, data.days)


@get(RUNS, role=Role.OPERATOR, summary="Runs of playbooks, newest first")
async def list_remedies(
    ctx: Context,
    actor: Actor,
    incident: UUID | None = None,
    playbook: UUID | None = None,
    run_state: Annotated[RemedyState | None, Parameter(query="state")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Remedy]:
    found = await playbooks.runs(
        ctx,
        actor.tenant_id,
        incident_id=incident,
        playbook_id=playbook,
        state=run_state.value if run_state else None,
        after=decode_cursor(cursor, tuple[datetime, UUID]),
        limit=limit,
    )
    return page_of(*found)


@post(f"{RUNS}/{{run_id:uuid}}/approve", role=Role.OPERATOR, status_code=200, summary="Let a playbook go on that asks")
async def approve_run(ctx: Context, actor: Actor, request: AnyRequest, run_id: UUID) -> Response[Remedy]:
    """Needs an Idempotency-Key header."""

    async def work() -> Remedy:
        await service.approve(ctx, actor.tenant_id, run_id, actor.account_id)
        return await _run(ctx, actor, run_id)

    return await once(ctx, request, actor.account_id, work, status=200)


@post(f"{RUNS}/{{run_id:uuid}}/stop", role=Role.OPERATOR, status_code=200, summary="Stop a playbook at work")
async def stop_run(ctx: Context, actor: Actor, run_id: UUID) -> Remedy:
    await service.stop(ctx, actor.tenant_id, run_id, actor.account_id)
    return await _run(ctx, actor, run_id)


async def _run(ctx: Context, actor: Actor, run_id: UUID) -> Remedy:
    found, _ = await playbooks.runs(ctx, actor.tenant_id, remedy_id=run_id, limit=1)
    return found[0]


routes = [
    list_playbooks,
    add_playbook,
    read_playbook,
    change_playbook,
    remove_playbook,
    dry_run,
    list_remedies,
    approve_run,
    stop_run,
]
