"""What is printed for a station, and the keys of its meters."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app.api import ApiError
from app.common.papers import download
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.operator import station_rules as rules
from app.theme import S8, T12
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.meters import MeterKeyEntry, MeterKeys
from shared.stations import StationDetail


@guarded
def ForGuests(detail: StationDetail) -> ft.Control:  # a component
    """Codes to stick on connectors, and keys of meters that sign."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    entering, set_entering = ft.use_state(False)
    path = f"/stations/{rules.quoted(detail.row.identity)}"
    loaded = use_load(lambda: app.api.get(f"{path}/meter-keys", MeterKeys))
    sheet = partial(
        app.run, download, app, words, f"{path}/qr-sheet?language={store.language}", f"qr-{detail.row.identity}.pdf"
    )
    parts: list[ft.Control] = [
        muted(words("A code on each connector opens a page to charge without app and account."), t, size=T12),
        ft.Row(
            [
                buttons.quiet(
                    words("Print the codes (PDF)"),
                    t,
                    sheet,
                    icon=ft.Icons.QR_CODE_2_ROUNDED,
                    identifier="qr-sheet",
                )
            ]
        ),
        surfaces.divider(t),
        text(words("Keys of signing meters"), t, bold=True),
    ]
    if loaded.data is not None:
        for one in loaded.data.items:
            where = words("Connector {label}").format(label=one.evse) if one.evse else words("All connectors")
            parts.append(muted(f"{where}: {one.label or '…' + one.public_key[-12:]}", t, size=T12))
        if not loaded.data.items:
            parts.append(
                muted(words("None. A meter that signs its values is checked with its public key."), t, size=T12)
            )
    elif loaded.error is not None:
        parts.append(muted(words(loaded.error.detail or loaded.error.title), t, size=T12))
    parts.append(
        ft.Row(
            [
                buttons.quiet(
                    words("Enter a key"),
                    t,
                    lambda: set_entering(True),
                    icon=ft.Icons.KEY_ROUNDED,
                    identifier="meter-key-add",
                )
            ]
        )
    )
    if entering:
        parts.append(EnterKey(path, lambda: set_entering(False), loaded.reload))
    column = ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return surfaces.section(words("Guests and meters"), column, t)


@guarded
def EnterKey(path: str, on_close: Callable[[], Any], on_saved: Callable[[], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    evse, set_evse = ft.use_state("0")
    key, set_key = ft.use_state("")
    label, set_label = ft.use_state("")
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def save() -> None:
        set_busy(True)
        try:
            await app.api.put(f"{path}/meter-keys/{int(evse)}", MeterKeyEntry(public_key=key, label=label), MeterKeys)
        except (ApiError, ValueError) as trouble:
            detail = trouble.detail or trouble.title if isinstance(trouble, ApiError) else "The connector is a number."
            set_problem(words(detail))
            set_busy(False)
            return
        app.toast(words("Saved. What could not be checked so far is checked again."))
        on_saved()
        on_close()

    parts: list[ft.Control] = [
        inputs.field(words("Connector (0: all)"), evse, t, set_evse, identifier="meter-key-evse"),
        inputs.field(words("Public key"), key, t, set_key, identifier="meter-key-text", multiline=True, error=problem),
        inputs.field(words("Label, such as the meter's number"), label, t, set_label, identifier="meter-key-label"),
        muted(words("Hexadecimal, base64 or PEM, as on the meter or in its papers."), t, size=T12),
    ]
    ft.use_dialog(
        form(
            t,
            words("Key of a meter"),
            parts,
            answers(t, on_close, words("Save"), (lambda: app.run(save)) if key.strip() else None, busy=busy),
            on_close,
        )
    )
    return ft.Container()
