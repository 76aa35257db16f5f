"""From the settings to the pages that stand beside them."""

import flet as ft

from app.hooks import use_app, use_tokens, use_words
from app.theme import T12
from app.widgets import buttons, surfaces
from app.widgets.boundary import guarded
from app.widgets.text import muted


@guarded
def DriversSection() -> ft.Control:  # a component
    """The way there from the settings."""
    app, t, words = use_app(), use_tokens(), use_words()
    about = muted(words("Groups with prices of their own, and credit as a present."), t, size=T12)
    opened = buttons.quiet(words("Drivers"), t, lambda: app.go("/drivers"), identifier="open-drivers")
    return surfaces.section(words("Drivers"), about, t, trailing=opened)


@guarded
def PaymentSettingsSection() -> ft.Control:  # a component
    """The way there from the settings; for admins."""
    app, t, words = use_app(), use_tokens(), use_words()
    about = muted(words("Provider and keys, what is reserved, and what happens when a payment fails."), t, size=T12)
    opened = buttons.quiet(words("Payments"), t, lambda: app.go("/payment-settings"), identifier="open-payments")
    return surfaces.section(words("Payments"), about, t, trailing=opened)
