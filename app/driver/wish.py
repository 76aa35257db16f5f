"""Where power is shared: when the driver leaves and how much they want, and what the session saved by waiting."""

from datetime import UTC, datetime, timedelta
from functools import partial

import flet as ft

from app import i18n
from app.errors import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import S8, S12, T12
from app.widgets import surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.said import told
from shared.sites import Saving, Wish, WishSet

HOURS = (1, 2, 4, 8)
LOADING = 96
KWH = (10, 20, 40, 60)


@guarded
def WishCard(transaction_id: str) -> ft.Control:  # a component
    """Nothing where the location has no power tree: there every car gets all the power it can take."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    path = f"/transactions/{transaction_id}"
    saving = use_load(lambda: app.api.get(f"{path}/saving", Saving), [transaction_id])
    loaded = use_load(lambda: app.api.get(f"{path}/wish", Wish), [transaction_id])
    answer, set_answer = ft.use_state(loaded.data)
    wish = answer or loaded.data

    def retry() -> None:
        saving.reload()
        loaded.reload()

    async def put(hours: int | None, kwh: int | None) -> None:
        known = wish or Wish(departs_at=None, energy_wh=None, possible_wh=None, detail="")
        wanted = WishSet(
            departs_at=datetime.now(UTC) + timedelta(hours=hours) if hours else known.departs_at,
            energy_wh=kwh * 1000 if kwh else known.energy_wh,
        )
        try:
            set_answer(await app.api.put(f"{path}/wish", wanted, Wish))
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    if saving.error is not None and saving.error.code == "no_power_tree":
        return ft.Container(width=0, height=0)
    if saving.data is None or wish is None:
        failed = (saving.error if saving.data is None else None) or (loaded.error if wish is None else None)
        if failed is None:
            return surfaces.skeleton_list(t, rows=1, height=LOADING)
        return surfaces.section(words("Your plan"), surfaces.failed(failed, t, retry), t)
    leaves = i18n.clock(wish.departs_at) if wish.departs_at else ""
    wants = " ".join(i18n.energy(wish.energy_wh)) if wish.energy_wh else ""
    parts: list[ft.Control] = [
        text(words("I leave at {at}").format(at=leaves) if leaves else words("When do you leave?"), t),
        _chips(
            [
                surfaces.chip(
                    words("in {n} h").format(n=hours),
                    False,
                    t,
                    partial(app.run, put, hours, None),
                    identifier=f"wish-hours-{hours}",
                )
                for hours in HOURS
            ]
        ),
        text(words("I want {energy}").format(energy=wants) if wants else words("How much do you want?"), t),
        _chips(
            [
                surfaces.chip(
                    f"{kwh} kWh",
                    wish.energy_wh == kwh * 1000,
                    t,
                    partial(app.run, put, None, kwh),
                    identifier=f"wish-kwh-{kwh}",
                )
                for kwh in KWH
            ]
        ),
    ]
    if wish.detail:
        parts.append(text(told(wish.detail, words), t, color=t.warning.ink))
    saved = saving.data
    if saved.saved > 0:
        told_saving = words("Saved so far by charging at the right time: {money}")
        parts.append(muted(told_saving.format(money=i18n.amount(saved.saved, saved.currency)), t))
    shared = words("Power is shared here. Who has time gets it later, and everybody leaves in time.")
    parts.append(muted(shared, t, size=T12))
    return surfaces.section(words("Your plan"), ft.Column(parts, spacing=S12), t)


def _chips(chips: list[ft.Control]) -> ft.Control:
    return ft.Row(chips, spacing=S8, run_spacing=S8, wrap=True)
