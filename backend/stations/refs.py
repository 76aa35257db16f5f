"""Rows of the store as the values that other rooms receive."""

from backend.stations import rules
from backend.stations.model import ConnectorRef, StationRef
from backend.stations.store import Row
from shared.stations import PowerType, Registration


def station_ref(row: Row) -> StationRef:
    return StationRef(row["id"], row["tenant"], row["identity"], Registration(row["registration"]), row["ocpp_version"])


def address_line(row: Row) -> str:
    """`Hauptstraße 1, 20095 Hamburg`, as far as it is known."""
    place = " ".join(part for part in (row["postal_code"], row["city"]) if part)
    return ", ".join(part for part in (row["address"], place) if part)


def connector_ref(row: Row) -> ConnectorRef:
    return ConnectorRef(
        id=row["connector_id"],
        evse=row["evse"],
        number=row["number"],
        label=rules.connector_label(row["evse"], row["number"]),
        standard=row["standard"],
        power_type=PowerType(row["power_type"]),
        max_power_w=row["max_power_w"],
        tariff_id=row["tariff"],
        status=rules.shown_status(row["online"], row["status"]),
        online=row["online"],
        operative=row["operative"],
        station=station_ref(row),
        station_name=row["name"],
        ocpp_version=row["ocpp_version"],
        location_id=row["location_id"],
        location=row["location"] or "",
        address=address_line(row),
        time_zone=row["time_zone"] or "UTC",
    )
