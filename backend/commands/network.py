"""How a station reaches us (2.0.1 only)."""

from backend.commands.base import Command


class SetNetworkProfile(Command, frozen=True, kw_only=True):
    slot: int
    url: str
    security_profile: int
    interface: str
    message_timeout_s: int


AnyNetwork = SetNetworkProfile
