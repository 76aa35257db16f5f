"""What a station's meters say while nobody charges: the newest of each."""

from collections.abc import Sequence
from typing import Any

import flet as ft

from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.i18n import ago, energy, power
from app.operator import station_rules as rules
from app.theme import S8, S12, T12, Tokens
from app.widgets import surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted, text
from shared.meters import MeterReading


@guarded
def Meters(identity: str, seen: Any) -> ft.Control:  # a component
    """Nothing where no meter said anything outside of sessions. `seen`: read anew when it changes."""
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    path = f"/stations/{rules.quoted(identity)}/readings"
    loaded = use_load(lambda: app.api.get(path, list[MeterReading]), [identity, seen])
    if loaded.data is None and loaded.error is not None:
        failed = muted(words("The meters can't be read now."), t)
        return surfaces.section(words("Meters between sessions"), failed, t)
    if not loaded.data:
        return ft.Container(width=0, height=0, visible=False)
    lines = [_line(one, t, words) for one in loaded.data]
    return surfaces.section(words("Meters between sessions"), ft.Column(lines, spacing=S12), t)


def _line(one: MeterReading, t: Tokens, words: Any) -> ft.Control:
    name = words("Main meter") if one.evse == 0 else words("Connector {label}").format(label=one.evse)
    return ft.Semantics(
        identifier=f"meter-{one.evse}",
        content=ft.Row(
            [
                ft.Column(
                    [text(name, t, bold=True), muted(ago(one.at), t, size=T12)],
                    spacing=0,
                    expand=True,
                ),
                ft.Column(
                    [text(part, t) if n == 0 else muted(part, t, size=T12) for n, part in enumerate(said(one, words))],
                    spacing=0,
                    horizontal_alignment=ft.CrossAxisAlignment.END,
                ),
            ],
            spacing=S8,
        ),
    )


def said(one: MeterReading, words: Any) -> Sequence[str]:
    """The register first: it is what bills are checked against."""
    first = words("Register {value}").format(value=" ".join(energy(one.energy_wh))) if one.energy_wh is not None else ""
    more = [
        "" if one.power_w is None else f"{one.power_w} W" if abs(one.power_w) < 1000 else " ".join(power(one.power_w)),
        f"{one.current_a.normalize():f} A" if one.current_a is not None else "",
        f"{one.voltage_v.normalize():f} V" if one.voltage_v is not None else "",
    ]
    rest = " · ".join(part for part in more if part)
    return [part for part in (first, rest) if part] or ["–"]
