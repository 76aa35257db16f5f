"""Where a guest's session stops by itself, chosen after its start."""

from backend.context import Context
from backend.errors import InvalidInput
from backend.guests import rules, service
from backend.transactions import targets


async def change(ctx: Context, token: str, kind: str, value: str) -> None:
    """As a form says it; without a value there is no target any more.

    Raises NotFound for a link that we never made, Conflict (not_running), InvalidInput (target_impossible).
    """
    row = await service.visit_row(ctx, token)
    try:
        wanted = rules.wished(kind, value)
    except ValueError:
        raise InvalidInput("This target can't be reached.", code="target_impossible") from None
    await targets.change_as_guest(ctx, row["id"], wanted)


def form_of(visit: service.Visit) -> tuple[str, str]:
    """(kind, value) of the target that holds, as the fields of the form say it."""
    one = visit.session.transaction.target if visit.session else None
    if one is None:
        return "", ""
    if one.money is not None:
        return "money", f"{one.money.amount:.2f}"
    if one.energy_wh is not None:
        return "energy", f"{one.energy_wh / 1000:g}"
    return ("minutes", str(one.minutes)) if one.minutes is not None else ("", "")
