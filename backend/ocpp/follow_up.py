"""What Wattline asks of a station by itself, after its boot was answered."""

from backend.commands import GetVariables, Trigger
from backend.ocpp.session import Session


async def learn_configuration(session: Session) -> None:
    """Read the configuration once after a boot, so that operators see it. A station that can't answer loses nothing."""
    await session.execute(GetVariables())


async def ask_boot(session: Session) -> None:
    """An operator accepted the station: let it boot again, so that it works at once."""
    await session.execute(Trigger(message="BootNotification"))
