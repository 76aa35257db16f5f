"""Exports over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import Parameter

from backend.context import Context
from backend.exports import rules, service
from backend.exports.rules import Form, Kind
from backend.web.files import FileStream, of_either
from backend.web.guards import Actor
from shared.accounts import Role

AsForm = Annotated[Form, Parameter(query="format", description="csv, xlsx; json: cdrs only, as OCPI 2.2.1")]


@get(
    "/api/v1/exports",
    role=Role.OPERATOR,
    media_type="text/csv",
    operation_class=of_either(rules.MEDIA.values()),
    summary="Sessions, charge detail records (cdrs), payments, top-ups, wallets, debts or refunds as a table",
)
async def export(
    ctx: Context,
    actor: Actor,
    kind: Kind,
    export_format: AsForm = Form.CSV,
    begins_on: date | None = None,
    ends_on: date | None = None,
    location_id: UUID | None = None,
    station: Annotated[str | None, Parameter(max_length=48)] = None,
    only_state: Annotated[str | None, Parameter(query="state", max_length=20)] = None,
) -> FileStream:
    """Oldest first; days on the operator's clock, both included. Texts that a spreadsheet would run get a `'`."""
    asked = service.Asked(
        kind=kind,
        form=export_format,
        begins_on=begins_on,
        ends_on=ends_on,
        location_id=location_id,
        station=station,
        state=only_state,
    )
    content: Any = await service.stream(ctx, actor.tenant_id, asked)
    days = "-".join(str(day) for day in (begins_on, ends_on) if day)
    name = f"{kind}{'-' + days if days else ''}.{export_format}"
    return FileStream(
        content,
        media_type=rules.MEDIA[export_format],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


routes = [export]
