"""Network connection profiles as 2.0.1 calls (B09)."""

from collections.abc import Callable, Mapping
from typing import Any

from backend.commands import SetNetworkProfile
from backend.ocpp.outgoing import Call
from backend.ocpp.v201 import messages as m


def _set(command: SetNetworkProfile) -> Call:
    data = m.NetworkConnectionProfileType(
        ocpp_version="OCPP20",  # what 2.0.1 calls itself here (part 2, OCPPVersionEnumType)
        ocpp_transport="JSON",
        ocpp_csms_url=command.url,
        message_timeout=command.message_timeout_s,
        security_profile=command.security_profile,
        ocpp_interface=command.interface,  # type: ignore[arg-type]  # checked by `ask`
    )
    return "SetNetworkProfile", m.SetNetworkProfile(configuration_slot=command.slot, connection_data=data)


CALLS: Mapping[type, Callable[[Any], Call]] = {SetNetworkProfile: _set}
