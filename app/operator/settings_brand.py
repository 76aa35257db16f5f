"""The operator's brand: name, logo, colour, whom to ask; seen in light and dark before it is kept."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import flet as ft
import msgspec

from app import theme
from app.api import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.i18n import power, price, spoken_language
from app.operator import brand_rules as rules
from app.session import DEFAULT_BRAND
from app.theme import CARD, CONTROL, S4, S8, S12, S16, T12, T14, T16, TOUCH, Tokens
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.brand import mark
from app.widgets.status import status_badge
from app.widgets.text import muted, number, text
from shared.accounts import Brand
from shared.money import PriceHeadline
from shared.stations import ConnectorStatus

SAMPLE = PriceHeadline(tariff_id="", currency="EUR", energy=Decimal("0.49"))


@guarded
def BrandSection() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    known = store.brand or DEFAULT_BRAND
    name, set_name = ft.use_state(known.name)
    color, set_color = ft.use_state(known.seed_color)
    logo, set_logo = ft.use_state(known.logo)
    email, set_email = ft.use_state(known.support_email)
    trouble, set_trouble = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    def take_over() -> None:
        """Somebody else may have changed it meanwhile, or we did: that is what is edited from now on."""
        set_name(known.name)
        set_color(known.seed_color)
        set_logo(known.logo)
        set_email(known.support_email)

    ft.use_effect(take_over, [known.name, known.seed_color, known.logo, known.support_email])
    if not store.admin:
        return surfaces.section(words("Brand"), _read_only(known, t, words), t)
    problems = rules.problems(name, color, email)
    wanted = None if problems else rules.change(known, name, color, logo, email)
    seed = rules.color_of(color) or known.seed_color

    async def save() -> None:
        if wanted is None:
            return
        set_busy(True)
        set_trouble("")
        try:
            store.brand = await app.api.put("/brand", wanted, Brand)
            app.apply_theme()
            app.toast(words("Saved. Every open screen wears it now."))
        except ApiError as error:
            set_trouble(words(error.detail or error.title))
        set_busy(False)

    def take_logo(file_name: str, content: bytes) -> None:
        try:
            set_logo(rules.logo_of(file_name, content))
            set_trouble("")
        except ValueError as problem:
            set_trouble(words(str(problem)))

    preview = msgspec.structs.replace(known, name=name.strip() or known.name, seed_color=seed, logo=logo)
    fields: list[ft.Control] = [
        inputs.field(words("Name"), name, t, set_name, identifier="brand-name", error=words(problems.get("name", ""))),
        _colors(color, set_color, words(problems.get("color", "")), t, words, store.phone),
        _logo(
            preview, t, words, app.files.picking(list(rules.LOGO_KINDS), take_logo), lambda: set_logo(""), store.phone
        ),
        inputs.field(
            words("Support e-mail, shown on receipts"),
            email,
            t,
            set_email,
            identifier="brand-email",
            keyboard=ft.KeyboardType.EMAIL,
            error=words(problems.get("email", "")),
        ),
    ]
    if trouble:
        note = ft.Container(
            text(trouble, t, color=t.danger.ink), bgcolor=t.danger.ground, border_radius=CONTROL, padding=S12
        )
        fields.append(ft.Semantics(identifier="brand-problem", live_region=True, content=note))
    fields.append(
        ft.Row(
            [
                buttons.quiet(words("Undo"), t, take_over if wanted or problems else None, identifier="brand-undo"),
                buttons.primary(
                    words("Save"), t, (lambda: app.run(save)) if wanted else None, busy=busy, identifier="brand-save"
                ),
            ],
            spacing=S8,
            alignment=ft.MainAxisAlignment.END,
        )
    )
    form = ft.Column(fields, spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    looks = _looks(preview, t, words)
    inner: ft.Control = (
        ft.Row(
            [ft.Container(form, expand=3), ft.Container(looks, expand=2)],
            spacing=S16,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
        if store.width >= 900
        else ft.Column([form, looks], spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    )
    return surfaces.section(words("Brand"), inner, t)


def _read_only(brand: Brand, t: Tokens, words: rules.Words) -> ft.Control:
    rows: list[tuple[str, str | ft.Control]] = [
        (words("Name"), brand.name),
        (
            words("Colour"),
            ft.Row([_dot(brand.seed_color, 20), text(brand.seed_color, t)], spacing=S8, tight=True),
        ),
        (words("Logo"), mark(brand, t, size=32)),
        (words("Support e-mail"), brand.support_email or "–"),
    ]
    why = ft.Row(
        [
            ft.Icon(ft.Icons.LOCK_OUTLINE_ROUNDED, size=16, color=t.muted),
            muted(words("Only administrators change the brand: it is what every customer sees."), t, expand=True),
        ],
        spacing=S8,
    )
    return ft.Semantics(
        identifier="brand-read-only",
        container=True,
        content=ft.Column([why, surfaces.key_values(rows, t)], spacing=S12),
    )


def _dot(color: str, size: int) -> ft.Control:
    return ft.Container(width=size, height=size, border_radius=99, bgcolor=color)


def _colors(
    color: str, choose: Callable[[str], Any], error: str, t: Tokens, words: rules.Words, phone: bool
) -> ft.Control:
    chosen = rules.color_of(color)

    def one(value: str, name: str) -> ft.Control:
        lit = value == chosen
        return ft.Semantics(
            identifier=f"color-{value[1:].lower()}",
            button=True,
            selected=lit,
            label=words(name),
            content=ft.Container(
                ft.Container(
                    ft.Icon(ft.Icons.CHECK_ROUNDED, size=18, color="#FFFFFF") if lit else None,
                    width=36,
                    height=36,
                    border_radius=99,
                    bgcolor=value,
                    border=ft.Border.all(2, t.surface),
                    alignment=ft.Alignment.CENTER,
                ),
                width=TOUCH - 4,
                height=TOUCH - 4,
                border=ft.Border.all(2, value if lit else ft.Colors.TRANSPARENT),
                border_radius=99,
                alignment=ft.Alignment.CENTER,
                tooltip=words(name),
                ink=True,
                on_click=lambda _: choose(value),
            ),
        )

    palette = ft.Row([one(*each) for each in rules.PALETTE], spacing=S4, run_spacing=S4, wrap=True)
    field = inputs.field(words("Colour"), color, t, choose, identifier="brand-color", error=error)
    told = muted(
        words("Your colour for the brand and for primary actions. States keep theirs: green is always available."),
        t,
        size=T12,
    )
    return ft.Column(
        [
            ft.Column([field], horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
            if phone
            else ft.Row([ft.Container(field, width=200), ft.Container(palette, expand=True)], spacing=S16),
            *([palette] if phone else []),
            told,
        ],
        spacing=S8,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _logo(
    brand: Brand, t: Tokens, words: rules.Words, pick: ft.PickFiles, remove: Callable[[], Any], phone: bool
) -> ft.Control:
    hint = muted(words("PNG or SVG, at most 140 KB. Square looks best."), t, size=T12)
    about: list[ft.Control] = [text(words("Logo"), t)]
    if not phone:
        about.append(hint)
    parts: list[ft.Control] = [
        mark(brand, t, size=TOUCH),
        ft.Column(about, spacing=0, expand=True),
        ft.Semantics(
            identifier="brand-logo",
            content=ft.OutlinedButton(
                content=ft.Text(words("Choose"), size=T14, weight=ft.FontWeight.W_600, color=t.ink),
                height=TOUCH,
                action=pick,
            ),
        ),
    ]
    if brand.logo:
        parts.append(
            buttons.icon_button(
                ft.Icons.DELETE_OUTLINE_ROUNDED, words("Remove the logo"), t, remove, identifier="brand-logo-remove"
            )
        )
    row = ft.Row(parts, spacing=S12)
    return ft.Column([row, hint], spacing=S4) if phone else row


def _looks(brand: Brand, t: Tokens, words: rules.Words) -> ft.Control:
    """How it will look, in both themes, whatever theme is on now."""
    told = [
        words("Made {tone} where it has to be read: {color}").format(
            tone=words("lighter") if dark else words("darker"), color=shown
        )
        for dark in (False, True)
        if (shown := rules.adjusted(brand.seed_color, dark))
    ]
    parts: list[ft.Control] = [
        muted(words("How it looks"), t, size=T12),
        _look(brand, theme.tokens(brand.seed_color, False), words),
        _look(brand, theme.tokens(brand.seed_color, True), words),
        *[muted(line, t, size=T12) for line in told],
    ]
    return ft.Semantics(
        identifier="brand-preview",
        container=True,
        content=ft.Column(parts, spacing=S8, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
    )


def _look(brand: Brand, look: Tokens, words: rules.Words) -> ft.Control:
    """A little of the driver's session and of a receipt."""
    button = ft.Container(
        text(words("Start charging"), look, bold=True, color=look.on_primary),
        bgcolor=look.primary,
        border_radius=CONTROL,
        height=40,
        alignment=ft.Alignment.CENTER,
    )
    chip = status_badge(ConnectorStatus.AVAILABLE, look, spoken_language())
    return ft.Container(
        ft.Column(
            [
                ft.Row(
                    [
                        mark(brand, look, size=28),
                        text(brand.name, look, size=T16, bold=True, expand=True, no_wrap=True),
                        chip,
                    ],
                    spacing=S8,
                ),
                ft.Row([number(*power(22_400), look), muted(price(SAMPLE), look)], spacing=S16),
                button,
            ],
            spacing=S12,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        bgcolor=look.surface,
        border=ft.Border.all(1, look.border),
        border_radius=CARD,
        padding=S16,
    )
