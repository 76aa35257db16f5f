"""Sign in, or make a driver's account."""

import flet as ft

from app.api import ApiError
from app.hooks import use_app, use_store, use_tokens, use_words
from app.theme import CARD, S8, S12, S16, S24, S32, T12, T14, T16, TOUCH
from app.widgets import buttons, inputs, surfaces
from app.widgets.boundary import guarded
from app.widgets.brand import mark
from app.widgets.text import muted, text, title
from shared.accounts import DemoAccount, Role

ROLE_WORDS = {
    Role.DRIVER: ("Driver", "Find, start and pay for charging", ft.Icons.DIRECTIONS_CAR_ROUNDED),
    Role.OPERATOR: ("Operator", "Watch and control stations", ft.Icons.MONITOR_HEART_OUTLINED),
    Role.ADMIN: ("Administrator", "Brand, people and settings", ft.Icons.ADMIN_PANEL_SETTINGS_OUTLINED),
}


@guarded
def SignInPage() -> ft.Control:  # a component
    app, store, t, words = use_app(), use_store(), use_tokens(), use_words()
    email, set_email = ft.use_state("")
    password, set_password = ft.use_state("")
    name, set_name = ft.use_state("")
    joining, set_joining = ft.use_state(False)
    problem, set_problem = ft.use_state("")
    busy, set_busy = ft.use_state(False)

    async def enter(chosen_email: str, chosen_password: str) -> None:
        set_busy(True)
        set_problem("")
        try:
            if joining:
                await app.sign_up(chosen_email, chosen_password, name)
            else:
                await app.sign_in(chosen_email, chosen_password)
        except ApiError as error:
            set_problem(error.detail or error.title)
            set_busy(False)

    def submit() -> None:
        app.run(enter, email, password)

    def demo(account: DemoAccount) -> ft.Control:
        word, about, icon = ROLE_WORDS[account.role]
        row = ft.Row(
            [
                ft.Container(
                    ft.Icon(icon, color=t.primary, size=20),
                    bgcolor=t.primary_soft,
                    border_radius=99,
                    width=40,
                    height=40,
                    alignment=ft.Alignment.CENTER,
                ),
                ft.Column([text(word, t, bold=True), muted(about, t, size=T12)], spacing=0, expand=True),
                ft.Icon(ft.Icons.ARROW_FORWARD_ROUNDED, color=t.muted, size=20),
            ],
            spacing=S12,
        )
        return buttons.tappable(
            row,
            lambda: app.run(enter, account.email, account.password),
            identifier=f"demo-{account.role}",
            label=f"Sign in as {word}",
            padding=S12,
            border=ft.Border.all(1, t.border),
            border_radius=CARD,
            bgcolor=t.surface,
        )

    parts: list[ft.Control] = [
        ft.Row([mark(app.brand, t), text(app.brand.name, t, size=T16, bold=True)], spacing=S12),
        ft.Container(height=S8),
        title(words("Create account") if joining else words("Sign in"), t),
    ]
    if store.unreachable:
        error = ApiError("No connection", "Wattline can't be reached now.")
        parts.append(surfaces.failed(error, t, lambda: app.run(app.load_meta)))
    accounts = store.meta.demo_accounts if store.meta else []
    if accounts and not joining:
        parts.append(muted("This is a demo. Choose who you want to be:", t))
        parts.extend(demo(account) for account in accounts)
        parts.append(
            ft.Row(
                [
                    ft.Container(surfaces.divider(t), expand=True),
                    muted("or", t, size=T12),
                    ft.Container(surfaces.divider(t), expand=True),
                ],
                spacing=S12,
            )
        )
    if joining:
        parts.append(inputs.field(words("Name"), name, t, set_name, identifier="name"))
    parts.append(inputs.field(words("E-mail"), email, t, set_email, identifier="email", keyboard=ft.KeyboardType.EMAIL))
    parts.append(
        inputs.field(
            words("Password"), password, t, set_password, identifier="password", password=True, on_submit=submit
        )
    )
    if problem:
        parts.append(
            ft.Semantics(
                identifier="problem",
                live_region=True,
                content=ft.Container(
                    ft.Text(problem, size=T14, color=t.danger.ink),
                    bgcolor=t.danger.ground,
                    border_radius=CARD,
                    padding=S12,
                ),
            )
        )
    parts.append(
        buttons.primary(
            words("Create account") if joining else words("Sign in"), t, submit, busy=busy, identifier="submit"
        )
    )
    other = "I have an account: sign in" if joining else "New here? Create a driver account"
    parts.append(
        ft.Semantics(
            identifier="sign-in-instead" if joining else "join",
            content=ft.TextButton(
                content=ft.Text(other, size=T14, color=t.primary),
                on_click=lambda _: set_joining(not joining),
                height=TOUCH,
            ),
        )
    )
    form = ft.Column(parts, spacing=S16, horizontal_alignment=ft.CrossAxisAlignment.STRETCH, width=400)
    if store.phone:
        inner: ft.Control = ft.Container(form, padding=ft.Padding.symmetric(horizontal=S16, vertical=S32))
    else:
        inner = ft.Container(surfaces.card(form, t, padding=S32), padding=S24)
    return ft.Column(
        [inner],
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        alignment=ft.MainAxisAlignment.CENTER,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )
