"""A station, in the order in which one asks: is it working, what is on it now, what happened, what can I do."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app import keys
from app.hooks import use_app, use_keys, use_live, use_store, use_tokens, use_words
from app.operator import station_rules as rules
from app.operator.station_commands import AnswerBar, Commander, CommandPanel, use_commander
from app.operator.station_configuration import Configuration
from app.operator.station_connectors import Connectors
from app.operator.station_facts import Facts, Unplaced
from app.operator.station_history import CommandHistory, SendAnyCall
from app.operator.station_log import OcppLog
from app.operator.station_meters import Meters
from app.operator.station_now import Happened, Health
from app.operator.station_papers import ForGuests
from app.operator.station_reports import DriverReports
from app.operator.station_upkeep import Upkeep
from app.operator.tariff_where import PricesHere
from app.theme import S8, S12, S16, S24, S32, S48, T12, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.status import badge, status_badge
from app.widgets.tabs import tabs
from app.widgets.text import muted, title
from shared.operations import Incident, IncidentState
from shared.stations import Registration, StationDetail, StationRow
from shared.transactions import Transaction, TransactionState

TABS = (
    ("now", "Now"),
    ("log", "OCPP log"),
    ("configuration", "Configuration"),
    ("upkeep", "Upkeep"),
    ("commands", "Commands"),
)
TWO_COLUMNS = 900


@guarded
def StationBody(
    identity: str, width: float, on_close: Callable[[], Any], *, full: bool = False
) -> ft.Control:  # a component
    """`full`: the page itself, else a pane beside the list. `width` is what it has."""
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    loaded = use_live(f"station:{identity}", StationDetail)
    incidents = use_live("incidents", list[Incident], merge=True)
    running = use_live("transactions", list[Transaction], merge=True)
    tab, set_tab = ft.use_state("now")
    commander = use_commander(identity)
    edge = S16 if store.phone else S24 if not full else S32
    if full:
        use_keys({keys.CLOSE: on_close})

    leave = buttons.icon_button(
        ft.Icons.ARROW_BACK_ROUNDED if full else ft.Icons.CLOSE_ROUNDED,
        words("Back to the stations") if full else words("Close"),
        t,
        on_close,
        identifier="station-back" if full else "station-close",
    )
    if loaded.error is not None or loaded.data is None:
        inner: ft.Control = (
            surfaces.failed(loaded.error, t, on_close if loaded.error.status == 404 else None)
            if loaded.error
            else surfaces.skeleton_list(t, rows=4, height=120)
        )
        return ft.Column(
            [
                ft.Container(ft.Row([leave, title(identity, t, size=20)]), padding=edge),
                ft.Container(inner, padding=edge),
            ],
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    detail = loaded.data
    mine = [one for one in running.data or [] if one.station_identity == identity and one.state in _LIVE]
    open_ones = [
        one
        for one in incidents.data or []
        if one.station_identity == identity and one.state is not IncidentState.CLOSED
    ]
    head = _head(
        detail, t, words, store.language, leave, None if full else lambda: app.go(_page(identity)), store.phone
    )
    top = ft.Container(
        ft.Column(
            [
                head,
                tabs([(name, words(word)) for name, word in TABS], tab, t, set_tab, tight=store.phone),
                AnswerBar(commander),
            ],
            spacing=S8,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        padding=ft.Padding.only(left=edge, right=edge, top=S8 if store.phone else S16),
    )
    room = width - 2 * edge
    if tab == "log":
        part: ft.Control = ft.Container(
            OcppLog(identity, room), padding=ft.Padding.only(left=edge, right=edge, top=S12, bottom=S16), expand=True
        )
    elif tab == "configuration":
        part = ft.Container(
            Configuration(detail, commander, room),
            padding=ft.Padding.only(left=edge, right=edge, top=S12, bottom=S16),
            expand=True,
        )
    elif tab == "upkeep":
        part = _scrolling(Upkeep(detail, room), edge)
    elif tab == "commands":
        shown: list[ft.Control] = [
            CommandPanel(detail, mine, commander),
            CommandHistory(identity, _done(commander), room),
            SendAnyCall(detail, commander),
        ]
        part = _scrolling(_columns(shown[:1], shown[1:], room), edge)
    else:
        sessions = _done(commander) + sum(1 for one in mine)
        left: list[ft.Control] = [
            Health(detail, open_ones),
            DriverReports(identity, _newest(open_ones), key=f"reports-{identity}"),
            *([Unplaced(detail)] if rules.unplaced(detail.row) else []),
            Connectors(detail, mine, commander),
            Meters(identity, _minute(detail), key=f"meters-{identity}"),
            Happened(identity, sessions),
        ]
        right: list[ft.Control] = [
            CommandPanel(detail, mine, commander),
            PricesHere(station_id=detail.row.id, key=f"prices-{detail.row.id}"),
            Facts(detail),
            ForGuests(detail),
        ]
        part = _scrolling(_columns(left, right, room), edge)
    return ft.Column([top, part], spacing=0, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


_LIVE = (TransactionState.REQUESTED, TransactionState.ACTIVE)


def _newest(open_ones: Sequence[Incident]) -> Any:
    """What drivers report is read anew when an incident here changes."""
    return [(one.id, one.severity, one.title, one.detail) for one in open_ones]


def _minute(detail: StationDetail) -> Any:
    """When it was last heard, roughly: what its meters say is read anew then."""
    seen = detail.row.last_seen_at
    return seen and seen.replace(second=0, microsecond=0)


def _page(identity: str) -> str:
    return f"/stations/{rules.quoted(identity)}"


def _done(commander: Commander) -> int:
    """Changes when a command got its answer: what lists commands is then read anew."""
    return commander.told.number if commander.told is not None and not commander.told.waiting else 0


def _columns(left: Sequence[ft.Control], right: Sequence[ft.Control], room: float) -> ft.Control:
    """Side by side where there is room, else below each other."""
    stretch = ft.CrossAxisAlignment.STRETCH
    if room < TWO_COLUMNS:
        return ft.Column([*left, *right], spacing=S16, horizontal_alignment=stretch)
    return ft.Row(
        [
            ft.Column(list(left), spacing=S16, horizontal_alignment=stretch, expand=3),
            ft.Column(list(right), spacing=S16, horizontal_alignment=stretch, expand=2),
        ],
        spacing=S16,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def _scrolling(content: ft.Control, edge: int) -> ft.Control:
    return ft.Column(
        [ft.Container(content, padding=ft.Padding.only(left=edge, right=edge, top=S16, bottom=S48))],
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _head(
    detail: StationDetail,
    t: Tokens,
    words: Any,
    language: str,
    leave: ft.Control,
    on_full: Callable[[], Any] | None,
    phone: bool,
) -> ft.Control:
    row = detail.row
    where = " · ".join(part for part in (row.identity if row.name else "", row.location, _version(row)) if part)
    line: list[ft.Control] = [
        leave,
        ft.Column(
            [
                title(
                    rules.called(row),
                    t,
                    size=20 if phone or on_full else 28,
                    no_wrap=True,
                    overflow=ft.TextOverflow.ELLIPSIS,
                ),
                muted(where, t, size=T12, no_wrap=True, overflow=ft.TextOverflow.ELLIPSIS),
            ],
            spacing=0,
            expand=True,
        ),
        _badge(row, t, words, language),
    ]
    if on_full is not None:
        line.append(
            buttons.icon_button(
                ft.Icons.OPEN_IN_FULL_ROUNDED, words("Open its page"), t, on_full, identifier="station-full"
            )
        )
    return ft.Row(line, spacing=S8, vertical_alignment=ft.CrossAxisAlignment.CENTER)


def _version(row: StationRow) -> str:
    return f"OCPP {row.ocpp_version}" if row.ocpp_version else ""


def _badge(row: StationRow, t: Tokens, words: Any, language: str) -> ft.Control:
    if row.registration is Registration.PENDING:
        return badge(words("Waiting"), ft.Icons.HOURGLASS_TOP_ROUNDED, t.violet)
    if row.registration is Registration.REJECTED:
        return badge(words("Rejected"), ft.Icons.BLOCK_ROUNDED, t.neutral)
    return status_badge(row.status, t, language)
