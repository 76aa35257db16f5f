"""What can be wrong at a charger, in a driver's words."""

import flet as ft

from shared.driver_reports import ProblemKind

KINDS = {
    ProblemKind.WONT_START: ("Charging doesn't start", ft.Icons.POWER_OFF_OUTLINED),
    ProblemKind.SCREEN_DARK: ("The screen is dark", ft.Icons.BROWSER_NOT_SUPPORTED_OUTLINED),
    ProblemKind.CABLE_STUCK: ("The cable is stuck", ft.Icons.LOCK_OUTLINE_ROUNDED),
    ProblemKind.PAYMENT: ("Paying doesn't work", ft.Icons.CREDIT_CARD_OFF_OUTLINED),
    ProblemKind.BLOCKED: ("A car blocks the place", ft.Icons.DIRECTIONS_CAR_OUTLINED),
    ProblemKind.DAMAGE: ("Something is damaged", ft.Icons.BROKEN_IMAGE_OUTLINED),
    ProblemKind.OTHER: ("Something else", ft.Icons.CHAT_OUTLINED),
}
