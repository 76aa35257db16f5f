"""The editor of a power tree: its picture at the top, the chosen node's fields below."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_live, use_store, use_tokens, use_words
from app.operator import energy_rules as rules
from app.operator.energy_rules import Draft
from app.operator.station_add import problem_note
from app.theme import S8, S12, T12, T14, Tokens
from app.widgets import buttons, inputs
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.power_tree import Branch, power_tree
from app.widgets.text import muted, text
from shared.said import told
from shared.sites import NodeKind, PowerSite, Rotation, SiteSet
from shared.stations import StationRow

Words = Callable[[str], str]
KINDS = (NodeKind.TRANSFORMER, NodeKind.FEEDER, NodeKind.LOAD, NodeKind.SOLAR, NodeKind.BATTERY)
METERED = {NodeKind.LOAD, NodeKind.SOLAR, NodeKind.BATTERY}
BRANCHES = {NodeKind.GRID, NodeKind.TRANSFORMER, NodeKind.FEEDER}
KIND_WORDS = {
    NodeKind.GRID: "Grid connection",
    NodeKind.TRANSFORMER: "Transformer",
    NodeKind.FEEDER: "Feeder",
    NodeKind.STATION: "Station",
    NodeKind.CONNECTOR: "Connector",
    NodeKind.LOAD: "Other load",
    NodeKind.SOLAR: "Solar plant",
    NodeKind.BATTERY: "Battery",
}


@guarded
def EditTree(
    location_id: str, place: str, site: PowerSite | None, on_done: Callable[[], Any], on_close: Callable[[], Any]
) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    store = use_store()
    stations = use_live("stations", list[StationRow], merge=True)
    here = sorted(one.identity for one in stations.data or [] if one.location_id == location_id)
    nothing: list[Draft] = rules.drafts(site.nodes) if site else []
    typed, set_typed = ft.use_state(nothing)
    known = typed or rules.first_tree(here, place)
    chosen, set_chosen = ft.use_state("grid")
    enabled, set_enabled = ft.use_state(site.enabled if site else True)
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    node = next((one for one in known if one.key == chosen), known[0])

    def put(name: str, value: Any) -> None:
        set_typed([replace(one, **{name: value}) if one.key == node.key else one for one in known])

    def add(kind: NodeKind) -> None:
        under = node.key if node.kind in BRANCHES else node.parent or known[0].key
        more, key = rules.added(known, kind, under, words(KIND_WORDS[kind]))
        set_typed(more)
        set_chosen(key)

    def add_connector() -> None:
        more, key = rules.with_connector(known, node)
        set_typed(more)
        set_chosen(key)

    def add_station(identity: str) -> None:
        under = node.key if node.kind in BRANCHES else node.parent or known[0].key
        more, key = rules.added(known, NodeKind.STATION, under, "")
        set_typed([replace(one, station=identity, limit_a="") if one.key == key else one for one in more])
        set_chosen(key)

    async def save() -> None:
        nodes = rules.nodes_of(known)
        if isinstance(nodes, tuple):
            set_problem(words("{name}: a number is not right.").format(name=nodes[0]))
            return
        set_busy(True)
        set_problem("")
        policy, tariff = (site.policy, site.tariff) if site else (None, None)
        wanted = SiteSet(nodes=nodes, enabled=enabled, policy=policy, tariff=tariff)
        try:
            await app.api.put(f"/locations/{location_id}/power", wanted, PowerSite)
        except ApiError as error:
            set_problem(told(error.detail or error.title, words))
            set_busy(False)
            return
        app.toast(words("Stored."))
        on_done()

    missing = [one for one in here if all(node.station != one for node in known)]
    parts: list[ft.Control] = [
        power_tree(
            [_picture(known, key, depth, words) for key, depth in rules.ordered(known)], t, set_chosen, node.key
        ),
        ft.Row(
            [
                *(
                    buttons.quiet(
                        words(KIND_WORDS[kind]),
                        t,
                        partial(add, kind),
                        icon=ft.Icons.ADD_ROUNDED,
                        identifier=f"add-{kind.value}",
                    )
                    for kind in KINDS
                ),
                *(
                    buttons.quiet(
                        one, t, partial(add_station, one), icon=ft.Icons.EV_STATION_ROUNDED, identifier=f"add-{one}"
                    )
                    for one in missing[:20]
                ),
            ],
            wrap=True,
            spacing=S8,
            run_spacing=S8,
        ),
        *_fields(node, known, t, words, put),
    ]
    if node.kind is NodeKind.STATION:
        parts.append(
            buttons.quiet(
                words("An outlet that differs"),
                t,
                add_connector,
                icon=ft.Icons.ADD_ROUNDED,
                identifier="add-connector",
            )
        )
    if node.kind is not NodeKind.GRID:
        parts.append(
            buttons.quiet(
                words("Take {name} out").format(name=_called(node)),
                t,
                lambda: set_typed(rules.removed(known, node.key)),
                icon=ft.Icons.DELETE_OUTLINE_ROUNDED,
                identifier="node-remove",
            )
        )
    parts.append(
        ft.Semantics(
            identifier="site-enabled",
            content=ft.Switch(
                label=words("Controlled by Wattline"),
                label_text_style=ft.TextStyle(color=t.ink, size=T14),
                value=enabled,
                active_color=t.primary,
                on_change=lambda event: set_enabled(bool(event.control.value)),
            ),
        )
    )
    if problem:
        parts.append(problem_note(problem, t))
    ft.use_dialog(
        form(
            t,
            words("Power tree"),
            parts,
            answers(t, on_close, words("Save"), lambda: app.run(save), busy=busy),
            on_close,
            width=360 if store.phone else 640,
        )
    )
    return ft.Container(width=0, height=0)


def _called(one: Draft) -> str:
    return one.name or one.station or (f"EVSE {one.evse}" if one.kind is NodeKind.CONNECTOR else one.key)


def _picture(known: list[Draft], key: str, depth: int, words: Words) -> Branch:
    one = next(node for node in known if node.key == key)
    limit = " · ".join(
        part for part in (one.limit_a and f"{one.limit_a} A", one.limit_kw and f"{one.limit_kw} kW") if part
    )
    note = words(KIND_WORDS[one.kind])
    if one.kind in (NodeKind.STATION, NodeKind.CONNECTOR):
        note = words("fallback {a} A").format(a=one.fallback_a or "0")
    return Branch(key, one.kind.value, _called(one), depth, None, (0, 0, 0), None, limit, note)


def _fields(
    node: Draft, known: list[Draft], t: Tokens, words: Words, put: Callable[[str, Any], None]
) -> list[ft.Control]:
    def number(label: str, name: str) -> ft.Control:
        return ft.Container(
            inputs.field(label, getattr(node, name), t, partial(put, name), identifier=f"node-{name}"), expand=True
        )

    rows: list[ft.Control] = [text(_called(node), t, bold=True)]
    rows.append(inputs.field(words("Name"), node.name, t, partial(put, "name"), identifier="node-name"))
    if node.kind is not NodeKind.GRID:
        above = [one for one in known if one.kind in BRANCHES and one.key != node.key]
        options = [(one.key, one.name or one.key) for one in above]
        if node.kind is not NodeKind.CONNECTOR:
            rows.append(
                inputs.choice(
                    words("Fed by"), node.parent or "", options, t, partial(put, "parent"), identifier="node-parent"
                )
            )
    rows.append(
        ft.Row(
            [number(words("Limit of each phase, A"), "limit_a"), number(words("Limit in total, kW"), "limit_kw")],
            spacing=S12,
        )
    )
    if node.kind in METERED:
        rows += [
            ft.Row(
                [
                    number(words("Silent after, seconds"), "stale_after_s"),
                    number(words("May rise by, A"), "rise_a"),
                ],
                spacing=S12,
            ),
            muted(words("A meter that isn't heard of for so long counts with the limit."), t, size=T12),
            muted(
                words(
                    "So much of each phase stays free for a rise within a quarter of an hour, as a station that is "
                    "offline can't make room. Left empty, it is learned from the meter in a week; until then the load "
                    "counts with its limit."
                ),
                t,
                size=T12,
            ),
        ]
    if node.kind is NodeKind.STATION:
        rows += [
            number(words("Efficiency, 0 to 1"), "efficiency"),
            muted(words("Of a direct-current station: what of the drawn energy reaches the car."), t, size=T12),
        ]
    if node.kind is NodeKind.CONNECTOR:
        rows.append(
            inputs.field(
                words("EVSE"),
                str(node.evse or ""),
                t,
                lambda typed: put("evse", int(typed) if typed.isdecimal() else None),
                identifier="node-evse",
            )
        )
    if node.kind in (NodeKind.STATION, NodeKind.CONNECTOR):
        rows += [
            ft.Row(
                [
                    number(words("At least, A"), "minimum_a"),
                    number(words("At most, A"), "maximum_a"),
                    number(words("Fallback, A"), "fallback_a"),
                ],
                spacing=S12,
            ),
            muted(words("The fallback holds in the station while Wattline is silent."), t, size=T12),
            ft.Row(
                [
                    ft.Container(
                        inputs.choice(
                            words("Phases"),
                            node.phases,
                            [(one, one) for one in ("1", "2", "3")],
                            t,
                            partial(put, "phases"),
                            identifier="node-phases",
                        ),
                        expand=True,
                    ),
                    ft.Container(
                        inputs.choice(
                            words("Phase rotation"),
                            node.rotation,
                            [(one.value, one.value) for one in Rotation],
                            t,
                            partial(put, "rotation"),
                            identifier="node-rotation",
                        ),
                        expand=True,
                    ),
                ],
                spacing=S12,
            ),
        ]
    return rows
