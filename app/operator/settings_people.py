"""Who works here: added with a password for the first days, made an administrator, locked out."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_pages, use_settled, use_store, use_tokens, use_words
from app.i18n import date
from app.theme import CONTROL, S4, S8, S12, S16, T12, T20, TOUCH, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, confirm, form
from app.widgets.status import badge
from app.widgets.text import muted, text
from shared.accounts import Person, PersonChange, PersonNew, PersonWithPassword, Role
from shared.base import Page

Words = Callable[[str], str]
ROLES = {Role.OPERATOR: "Operator", Role.ADMIN: "Administrator", Role.DRIVER: "Driver"}
GROUPS = (("staff", "Team", ""), ("drivers", "Drivers", "driver"))
AT_ONCE = 20


@guarded
def PeopleSection() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    group, set_group = ft.use_state("staff")
    search, set_search = ft.use_state("")
    adding, set_adding = ft.use_state(False)
    turn, set_turn = ft.use_state(0)
    none: PersonWithPassword | None = None
    made, set_made = ft.use_state(none)
    wanted = use_settled(search)
    role = next(role for name, _, role in GROUPS if name == group)

    async def load(cursor: str | None) -> Page[Person]:
        return await app.api.get(
            "/people", Page[Person], role=role, search=wanted.strip(), cursor=cursor, limit=AT_ONCE
        )

    people = use_pages(load, [group, wanted, turn])

    async def change(one: Person, what: PersonChange) -> None:
        try:
            await app.api.patch(f"/people/{one.id}", what, Person)
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    async def new_password(one: Person) -> None:
        try:
            set_made(await app.api.post(f"/people/{one.id}/password", None, PersonWithPassword))
            set_turn(lambda n: n + 1)
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    def done(result: PersonWithPassword | None) -> None:
        set_adding(False)
        if result is not None:
            set_made(result)
            set_group("drivers" if result.person.role is Role.DRIVER else "staff")
            set_turn(lambda n: n + 1)

    dialog: ft.Control = ft.Container(width=0, height=0)
    if made is not None:
        dialog = PasswordOnce(made, lambda: set_made(None))
    elif adding:
        dialog = AddPerson(done)
    me = store.account.id if store.account else ""
    tools: list[ft.Control] = [
        surfaces.chip(words(word), group == name, t, partial(set_group, name), identifier=f"people-{name}")
        for name, word, _ in GROUPS
    ]
    parts: list[ft.Control] = [ft.Row(tools, spacing=S8)]
    if group == "drivers" or search or len(people.items or ()) >= AT_ONCE:
        parts.append(inputs.search(search, words("Search name or e-mail"), t, set_search))
    if people.items is None:
        parts.append(
            surfaces.failed(people.error, t, people.reload) if people.error else surfaces.skeleton(t, height=160)
        )
    elif not people.items:
        parts.append(
            surfaces.empty(
                ft.Icons.GROUP_OUTLINED,
                words("Nobody is found"),
                words("Drivers appear here once they made an account in the app."),
                t,
            )
        )
    else:
        lines: list[ft.Control] = []
        for place, one in enumerate(people.items):
            if place:
                lines.append(surfaces.divider(t))
            lines.append(_line(one, one.id == me, t, words, app, change, new_password))
        parts.append(ft.Column(lines, spacing=0))
    if people.more:
        parts.append(buttons.quiet(words("Show more"), t, people.more, busy=people.busy, identifier="more"))
    parts.append(dialog)
    add = buttons.quiet(
        words("Add"), t, lambda: set_adding(True), icon=ft.Icons.PERSON_ADD_ALT_ROUNDED, identifier="add-person"
    )
    return surfaces.section(
        words("People"),
        ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        t,
        trailing=add,
    )


def _line(
    one: Person,
    mine: bool,
    t: Tokens,
    words: Words,
    app: Any,
    change: Callable[..., Any],
    new_password: Callable[..., Any],
) -> ft.Control:
    about = [one.email, words("since {when}").format(when=date(one.created_at))]
    if one.temporary_password:
        about.append(words("has not chosen a password yet"))
    signs: list[ft.Control] = []
    if not one.active:
        signs.append(badge(words("Locked out"), ft.Icons.BLOCK_ROUNDED, t.neutral))
    elif one.role is Role.ADMIN:
        signs.append(badge(words(ROLES[one.role]), ft.Icons.ADMIN_PANEL_SETTINGS_OUTLINED, t.violet))
    name = f"{one.name} ({words('you')})" if mine else one.name
    menu = buttons.named(
        ft.PopupMenuButton(
            icon=ft.Icons.MORE_VERT_ROUNDED,
            icon_color=t.muted,
            tooltip=words("What can be done"),
            bgcolor=t.raised,
            width=TOUCH,
            height=TOUCH,
            items=_choices(one, mine, t, words, app, change, new_password),
        ),
        f"{one.name}: {words('What can be done')}",
        f"person-menu-{one.email}",
    )
    return ft.Semantics(
        identifier=f"person-{one.email}",
        container=True,
        content=ft.Container(
            ft.Row(
                [
                    ft.Column(
                        [
                            ft.Row([text(name, t, bold=True), *signs], spacing=S8, run_spacing=S4, wrap=True),
                            muted(" · ".join(about), t, size=T12),
                        ],
                        spacing=2,
                        expand=True,
                    ),
                    menu,
                ],
                spacing=S8,
            ),
            padding=ft.Padding.symmetric(vertical=S8),
            opacity=1 if one.active else 0.7,
        ),
    )


def _choices(
    one: Person,
    mine: bool,
    t: Tokens,
    words: Words,
    app: Any,
    change: Callable[..., Any],
    new_password: Callable[..., Any],
) -> list[ft.PopupMenuItem]:
    def asked(head: str, detail: str, action: str, work: Callable[..., Any], *arguments: Any) -> Callable[[], None]:
        return lambda: confirm(
            app.page,
            t,
            head=head.format(name=one.name),
            detail=detail,
            action=action,
            on_confirm=lambda: app.run(work, one, *arguments),
        )

    def item(word: str, icon: Any, work: Callable[[], Any], name: str) -> ft.PopupMenuItem:
        label = ft.Semantics(
            identifier=f"person-{name}",
            content=ft.Row([ft.Icon(icon, size=20, color=t.muted), text(word, t)], spacing=S12),
        )
        return ft.PopupMenuItem(content=label, on_click=lambda _: work())

    found = []
    if one.role is Role.OPERATOR:
        found.append(
            item(
                words("Make administrator"),
                ft.Icons.ADMIN_PANEL_SETTINGS_OUTLINED,
                asked(
                    words("Make {name} an administrator?"),
                    words("Administrators change the brand and people."),
                    words("Make administrator"),
                    change,
                    PersonChange(role=Role.ADMIN),
                ),
                "promote",
            )
        )
    if one.role is Role.ADMIN:
        found.append(
            item(
                words("Make operator"),
                ft.Icons.MONITOR_HEART_OUTLINED,
                asked(
                    words("Make {name} an operator?"),
                    words("They watch and control stations, and change neither brand nor people any more."),
                    words("Make operator"),
                    change,
                    PersonChange(role=Role.OPERATOR),
                ),
                "demote",
            )
        )
    if not mine:
        found.append(
            item(
                words("New password"),
                ft.Icons.KEY_ROUNDED,
                asked(
                    words("Make a new password for {name}?"),
                    words("The old one ends at once and they are signed out everywhere."),
                    words("New password"),
                    new_password,
                ),
                "password",
            )
        )
    if one.active:
        found.append(
            item(
                words("Lock out"),
                ft.Icons.BLOCK_ROUNDED,
                asked(
                    words("Lock {name} out?"),
                    words("They are signed out within minutes and can't sign in. Their sessions and receipts stay."),
                    words("Lock out"),
                    change,
                    PersonChange(active=False),
                ),
                "lock",
            )
        )
    else:
        found.append(
            item(
                words("Let in again"),
                ft.Icons.LOCK_OPEN_ROUNDED,
                lambda: app.run(change, one, PersonChange(active=True)),
                "unlock",
            )
        )
    return found


@guarded
def AddPerson(on_done: Callable[[PersonWithPassword | None], Any]) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    name, set_name = ft.use_state("")
    email, set_email = ft.use_state("")
    role, set_role = ft.use_state(str(Role.OPERATOR))
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    key = ft.use_memo(lambda: uuid4().hex, [])

    async def send() -> None:
        set_busy(True)
        set_trouble("")
        try:
            wanted = PersonNew(name=name.strip(), email=email.strip(), role=Role(role))
            on_done(await app.api.post("/people", wanted, PersonWithPassword, key=key))
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def submit() -> None:
        if not name.strip() or "@" not in email:
            set_trouble(words("Enter a name and an e-mail address."))
        else:
            app.run(send)

    parts: list[ft.Control] = [
        inputs.field(words("Name"), name, t, set_name, identifier="person-name", autofocus=True),
        inputs.field(words("E-mail"), email, t, set_email, identifier="person-email", keyboard=ft.KeyboardType.EMAIL),
        ft.Row(
            [
                surfaces.chip(words(ROLES[one]), role == one, t, partial(set_role, str(one)), identifier=f"role-{one}")
                for one in (Role.OPERATOR, Role.ADMIN)
            ],
            spacing=S8,
            wrap=True,
        ),
        muted(words("They get a password for the first seven days; you see it once and pass it on."), t, size=T12),
    ]
    if trouble:
        parts.append(ft.Semantics(identifier="person-problem", content=text(trouble, t, color=t.danger.ink)))
    ft.use_dialog(
        form(
            t,
            words("Add somebody"),
            parts,
            answers(t, lambda: on_done(None), words("Add"), submit, busy=busy, name="person"),
            lambda: on_done(None),
        )
    )
    return ft.Container(width=0, height=0)


@guarded
def PasswordOnce(made: PersonWithPassword, on_close: Callable[[], Any]) -> ft.Control:  # a component
    """The only moment at which this password can be seen."""
    app, t, words = use_app(), use_tokens(), use_words()
    ft.use_dialog(
        form(
            t,
            words("Password for {name}").format(name=made.person.name),
            [
                muted(words("Pass it on now: it is shown only this once."), t),
                ft.Container(
                    ft.Row(
                        [
                            ft.Semantics(
                                identifier="new-password",
                                content=text(made.password, t, size=T20, bold=True, selectable=True),
                                expand=True,
                            ),
                            buttons.copy(
                                made.password,
                                words("Copy the password"),
                                t,
                                on_copied=lambda: app.toast(words("Copied.")),
                            ),
                        ]
                    ),
                    bgcolor=t.sunken,
                    border_radius=CONTROL,
                    padding=ft.Padding.only(left=S16, right=S4, top=S4, bottom=S4),
                ),
                muted(
                    words("For {email}, good until {when} or until they choose an own one in the settings.").format(
                        email=made.person.email, when=date(made.expires_at)
                    ),
                    t,
                    size=T12,
                ),
            ],
            [buttons.primary(words("Done"), t, on_close, identifier="password-done")],
            on_close,
        )
    )
    return ft.Container(width=0, height=0)
