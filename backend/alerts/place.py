"""What an incident is about."""

from uuid import UUID

import msgspec


class Place(msgspec.Struct, frozen=True):
    """A connector; without one the station as a whole; without both a whole site; without all three the network.

    `part`: of the station, where each has its own problems, such as PowerContactor/Problem.
    """

    tenant_id: UUID
    station_id: UUID | None = None
    connector_id: UUID | None = None
    location_id: UUID | None = None
    part: str = ""

    @property
    def columns(self) -> tuple[UUID, UUID | None, UUID | None, UUID | None, str]:
        """As the queries want it: tenant, location, station, connector, part."""
        return self.tenant_id, self.location_id, self.station_id, self.connector_id, self.part

    @property
    def key(self) -> str:
        return " ".join(map(str, self.columns))
