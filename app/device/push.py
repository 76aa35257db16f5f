"""Where a phone's push token would come from. There is none yet, and the app says so.

A token of Firebase Cloud Messaging needs code on the phone. No maintained extension for this Flet wraps it: those that
exist show local notifications, or speak to another service. Everything behind it is there: with a token, the app has
to call `POST /api/v1/notifications/devices` (`shared.notify.PushDeviceNew`), and the house delivers.
"""

WHY_NOT = "This app can't receive push yet. Messages stand in the app, and come by e-mail where you want them."


def token() -> str | None:
    """Of this device; None: it has none, for the reason of WHY_NOT."""
    return None
