"""What a driver saved by charging at the right time, where power is shared; nothing where it isn't."""

import flet as ft

from app import i18n
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import S8, S12
from app.widgets import surfaces
from app.widgets.boundary import guarded
from app.widgets.text import text
from shared.sites import OwnSaving, Saving


@guarded
def Saved(transaction_id: str = "") -> ft.Control:  # a component
    """Of one session, or of all of this month."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()

    async def load() -> list[Saving]:
        if transaction_id:
            return [await app.api.get(f"/transactions/{transaction_id}/saving", Saving)]
        return (await app.api.get("/me/saving", OwnSaving)).items

    found = use_load(load, [transaction_id])
    sums = [i18n.amount(one.saved, one.currency) for one in found.data or [] if one.saved > 0]
    if not sums:
        return ft.Container(width=0, height=0)
    this = words("Saved by charging at the right time: {money}")
    month = words("Saved this month by charging at the right time: {money}")
    told = (this if transaction_id else month).format(money=" + ".join(sums))
    line = ft.Row(
        [ft.Icon(ft.Icons.SAVINGS_ROUNDED, color=t.good.ink, size=20), text(told, t, expand=True)], spacing=S8
    )
    return ft.Semantics(identifier="saved", content=surfaces.card(line, t, padding=S12))
