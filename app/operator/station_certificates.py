"""Certificates of a station: its own with the day they end, and the roots it trusts."""

from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import flet as ft

from app.hooks import use_app, use_pages, use_store, use_tokens, use_words
from app.i18n import ago, date, moment
from app.operator import station_rules as rules
from app.operator import upkeep_rules
from app.operator.patience import Patience
from app.operator.upkeep_pieces import line, listed, use_asker
from app.theme import S8, S12, S16, Tokens
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.dialogs import confirm
from shared.base import Page
from shared.certificates import (
    CertificateAnswer,
    InstallCertificate,
    InstalledCertificate,
    IssuedCertificate,
    IssuedState,
    ListCertificates,
    RenewCertificate,
    RootKind,
)
from shared.stations import StationDetail

AT_ONCE = 20


@guarded
def Certificates(detail: StationDetail, told: int, patience: Patience) -> ft.Control:  # a component
    app, t, words = use_app(), use_tokens(), use_words()
    use_store()
    row = detail.row
    path = f"/stations/{rules.quoted(row.identity)}/certificates"

    async def own_page(cursor: str | None) -> Page[IssuedCertificate]:
        return await app.api.get(f"{path}/issued", Page[IssuedCertificate], cursor=cursor, limit=AT_ONCE)

    async def root_page(cursor: str | None) -> Page[InstalledCertificate]:
        return await app.api.get(path, Page[InstalledCertificate], cursor=cursor, limit=AT_ONCE)

    own = use_pages(own_page, [row.identity, told])
    roots = use_pages(root_page, [row.identity, told])

    def reload() -> None:
        own.reload()
        roots.reload()

    asker = use_asker(reload, patience)
    now = datetime.now(UTC)

    def renew() -> Any:
        return app.api.post(patience.to(f"{path}/renew"), RenewCertificate(), CertificateAnswer, key=uuid4().hex)

    def read() -> Any:
        return app.api.post(patience.to(f"{path}/read"), ListCertificates(), CertificateAnswer)

    async def install() -> CertificateAnswer:
        root = await app.api.text("/certificate-authority")
        wanted = InstallCertificate(kind=RootKind.CSMS, certificate=root)
        return await app.api.post(patience.to(path), wanted, CertificateAnswer)

    def revoke(one: IssuedCertificate) -> None:
        confirm(
            app.page,
            t,
            head=words("Revoke this certificate of {name}?").format(name=rules.called(row)),
            detail=words("No station gets in with it any more. This can't be undone."),
            action=words("Revoke"),
            on_confirm=lambda: asker.ask(
                one.id, lambda: app.api.post(f"/certificates/{one.id}/revoke", None, IssuedCertificate)
            ),
            cancel=words("Cancel"),
        )

    def remove(one: InstalledCertificate) -> None:
        confirm(
            app.page,
            t,
            head=words("Delete this root from {name}?").format(name=rules.called(row)),
            detail=words("The station then trusts nothing that it signed."),
            action=words("Delete"),
            on_confirm=lambda: asker.ask(
                one.hash.serial, lambda: app.api.post(patience.to(f"{path}/delete"), one.hash, CertificateAnswer)
            ),
            cancel=words("Cancel"),
        )

    def issued(one: IssuedCertificate) -> ft.Control:
        live = one.state is IssuedState.ACCEPTED
        icon, color = _sign(one.expires_at if live else None, now, t)
        about = [words(upkeep_rules.STATES[one.state]), _ends(one.expires_at, now, words), words(one.detail)]
        take: Any = None
        if one.state in (IssuedState.ACCEPTED, IssuedState.SIGNED):
            take = buttons.icon_button(
                ft.Icons.BLOCK_ROUNDED, words("Revoke"), t, partial(revoke, one), identifier=f"revoke-{one.id}"
            )
        shown = line(
            icon,
            color,
            words(upkeep_rules.OWN[one.kind]),
            " · ".join(part for part in about if part),
            t,
            right=ago(one.created_at),
            hint=moment(one.created_at),
            trailing=take,
        )
        return ft.Semantics(identifier=f"issued-{one.id}", container=True, content=shown)

    def installed(one: InstalledCertificate) -> ft.Control:
        icon, color = _sign(one.expires_at, now, t)
        number = words("number {serial}").format(serial=one.hash.serial)
        about = [one.subject or number, _ends(one.expires_at, now, words)]
        drop = buttons.icon_button(
            ft.Icons.DELETE_OUTLINE_ROUNDED,
            words("Delete"),
            t,
            partial(remove, one),
            identifier=f"root-delete-{one.hash.serial}",
        )
        return ft.Semantics(
            identifier=f"root-{one.hash.serial}",
            container=True,
            content=line(
                icon,
                color,
                words(upkeep_rules.ROOTS[one.kind]),
                " · ".join(part for part in about if part),
                t,
                trailing=drop,
            ),
        )

    def button(name: str, label: str, work: Any) -> ft.Control:
        go = partial(asker.ask, name, work) if not asker.busy else None
        return buttons.quiet(label, t, go, busy=asker.busy == name, identifier=f"certificates-{name}")

    first: list[ft.Control] = [
        listed(own, issued, words("None was signed for this station. Let it ask for one."), t, words),
        ft.Row([button("renew", words("Renew its own"), renew)], wrap=True),
    ]
    second: list[ft.Control] = [
        listed(roots, installed, words("None known. Ask the station which it has."), t, words),
        ft.Row(
            [button("read", words("Ask the station"), read), button("install", words("Install our root"), install)],
            spacing=S8,
            run_spacing=S8,
            wrap=True,
        ),
    ]
    stretch = ft.CrossAxisAlignment.STRETCH
    parts: list[ft.Control] = [
        surfaces.section(words("Its own certificates"), ft.Column(first, spacing=S12, horizontal_alignment=stretch), t),
        surfaces.section(
            words("Roots that it trusts"), ft.Column(second, spacing=S12, horizontal_alignment=stretch), t
        ),
    ]
    return ft.Column(parts, spacing=S16, horizontal_alignment=stretch)


def _ends(at: datetime | None, now: datetime, words: Any) -> str:
    if at is None:
        return ""
    over = upkeep_rules.expiry(at, now) == "over"
    return words("ended on {day}" if over else "ends on {day}").format(day=date(at))


def _sign(at: datetime | None, now: datetime, t: Tokens) -> tuple[Any, str]:
    match upkeep_rules.expiry(at, now):
        case "over":
            return ft.Icons.ERROR_ROUNDED, t.danger.ink
        case "soon":
            return ft.Icons.WARNING_ROUNDED, t.warning.ink
        case "fine":
            return ft.Icons.VERIFIED_USER_OUTLINED, t.good.ink
    return ft.Icons.SHIELD_OUTLINED, t.muted
