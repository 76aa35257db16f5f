"""Service partners: who repairs stations, by which way they are asked, and for which sites."""

from collections.abc import Callable
from functools import partial
from typing import Any

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_load, use_store, use_tokens, use_words
from app.theme import S8, S12, T12, T16
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import answers, form
from app.widgets.text import muted, text
from shared.base import Page
from shared.stations import LocationSummary
from shared.tickets import Partner, PartnerKind, Partners, PartnerSet

KINDS = {PartnerKind.EMAIL: "E-mail", PartnerKind.WEBHOOK: "Webhook (signed JSON)"}


@guarded
def PartnersPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    turn, set_turn = ft.use_state(0)
    editing: Any = ft.use_state(None)
    edited, set_edited = editing

    async def load() -> Partners:
        return await app.api.get("/service-partners", Partners)

    async def load_sites() -> list[LocationSummary]:
        return (await app.api.get("/locations", Page[LocationSummary], empty="true", limit=200)).items

    found, sites = use_load(load, [turn]), use_load(load_sites)
    names = {one.id: one.name for one in sites.data or []}

    def again() -> None:
        set_edited(None)
        set_turn(lambda n: n + 1)

    async def remove(one: Partner) -> None:
        try:
            await app.api.delete(f"/service-partners/{one.id}")
            again()
        except ApiError as error:
            app.toast(words(error.detail or error.title), bad=True)

    parts: list[ft.Control] = [
        muted(words("They get service tickets from incidents, and answer by a link: taken, done, or not taken."), t)
    ]
    if found.data is None:
        parts.append(surfaces.failed(found.error, t, again) if found.error else surfaces.skeleton_list(t, rows=2))
    elif not found.data.partners:
        parts.append(
            surfaces.empty(
                ft.Icons.HANDYMAN_OUTLINED,
                words("No service partners"),
                words("Add who repairs your stations; then incidents can be sent to them."),
                t,
            )
        )
    for one in found.data.partners if found.data else []:
        where = ", ".join(names.get(site, "–") for site in one.location_ids) or words("All sites")
        about = [words(KINDS[one.kind]), one.address, where]
        if one.open_tickets:
            about.append(words("Open tickets: {n}").format(n=one.open_tickets))
        lines: list[ft.Control] = [text(one.name, t, size=T16, bold=True), muted(" · ".join(about), t)]
        if one.kind is PartnerKind.WEBHOOK and one.secret:
            lines.append(
                ft.Row(
                    [
                        muted(words("Signing secret"), t, size=T12),
                        buttons.copy(one.secret, words("Copy"), t, identifier=f"secret-{one.id}"),
                    ],
                    spacing=S8,
                )
            )
        if store.admin:
            lines.append(
                ft.Row(
                    [
                        buttons.quiet(words("Change"), t, partial(set_edited, one), identifier=f"partner-{one.id}"),
                        buttons.quiet(
                            words("Remove"), t, partial(app.run, remove, one), identifier=f"partner-remove-{one.id}"
                        ),
                    ],
                    spacing=S8,
                )
            )
        parts.append(surfaces.card(ft.Column(lines, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), t))
    if edited is not None:
        parts.append(EditPartner(edited or None, sites.data or [], again))
    new = buttons.primary(words("Add a partner"), t, lambda: set_edited(False), identifier="partner-new")
    return surfaces.page_body(
        parts,
        t,
        head=words("Service partners"),
        phone=store.phone,
        trailing=[new] if store.admin else [],
        back=lambda: app.go("/incidents"),
        width=None if store.width < 1200 else 960,
    )


@guarded
def EditPartner(one: Partner | None, sites: list[LocationSummary], on_done: Callable[[], Any]) -> ft.Control:
    app, t, words = use_app(), use_tokens(), use_words()
    name, set_name = ft.use_state(one.name if one else "")
    kind, set_kind = ft.use_state(str(one.kind if one else PartnerKind.EMAIL))
    address, set_address = ft.use_state(one.address if one else "")
    chosen, set_chosen = ft.use_state(list(one.location_ids) if one else list[str]())
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def save() -> None:
        set_busy(True)
        try:
            wanted = PartnerSet(name=name.strip(), kind=PartnerKind(kind), address=address.strip(), location_ids=chosen)
            if one:
                await app.api.put(f"/service-partners/{one.id}", wanted, Partner)
            else:
                await app.api.post("/service-partners", wanted, Partner)
            on_done()
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
            set_busy(False)

    def pick(site: str) -> None:
        set_chosen([each for each in chosen if each != site] if site in chosen else [*chosen, site])

    kinds = [(str(each), words(word)) for each, word in KINDS.items()]
    where: list[ft.Control] = [surfaces.chip(words("All sites"), not chosen, t, partial(set_chosen, list[str]()))]
    where += [
        surfaces.chip(each.name, each.id in chosen, t, partial(pick, each.id), identifier=f"site-{each.id}")
        for each in sites
    ]
    label = words("E-mail address") if kind == PartnerKind.EMAIL else words("Web address (https)")
    parts: list[ft.Control] = [
        inputs.field(words("Name"), name, t, set_name, identifier="partner-name"),
        ft.Row([inputs.choice(words("Asked by"), kind, kinds, t, set_kind, identifier="partner-kind", width=300)]),
        inputs.field(label, address, t, set_address, identifier="partner-address"),
        muted(words("For these sites"), t, size=T12),
        ft.Row(where, spacing=S8, run_spacing=S8, wrap=True),
    ]
    if trouble:
        parts.append(ft.Semantics(identifier="partner-problem", content=text(trouble, t, color=t.danger.ink)))
    able = bool(name.strip() and address.strip())
    ft.use_dialog(
        form(
            t,
            words("Service partner"),
            [ft.Column(parts, spacing=S12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)],
            answers(t, on_done, words("Save"), (lambda: app.run(save)) if able else None, busy=busy, name="partner"),
            on_done,
        )
    )
    return ft.Container(width=0, height=0)
