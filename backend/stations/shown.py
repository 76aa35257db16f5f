"""Rows of the read models as the messages that screens receive."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.commands import Answer
from backend.stations import frame_words, rules
from backend.stations.refs import address_line
from backend.stations.view_store import Row
from backend.tariffs.where import Outlet, Prices
from shared.stations import (
    Availability,
    CommandAnswer,
    CommandRow,
    Connector,
    ConnectorStatus,
    Frame,
    LocationDetail,
    LocationSummary,
    PowerType,
    Registration,
    StationDetail,
    StationForDriver,
    StationRow,
    Variable,
    VariableAttribute,
)


class _Line(msgspec.Struct):
    """A connector as the database puts it together."""

    id: str
    evse: int
    number: int
    standard: str
    power_type: str
    max_power_w: int
    tariff_id: UUID | None
    status: str
    status_at: datetime | None
    error_code: str
    error_info: str
    transaction_id: str | None


_lines = msgspec.json.Decoder(list[_Line])


def outlets(rows: Sequence[Row]) -> list[Outlet]:
    """What the prices of all connectors in rows of stations depend on."""
    return [_outlet(row, line) for row in rows for line in _lines.decode(row["connectors"])]


def _outlet(row: Row, line: _Line) -> Outlet:
    return Outlet(
        location=row["location_id"], station=row["id"], own=line.tariff_id, time_zone=row["time_zone"] or "UTC"
    )


def outlets_of_place(row: Row) -> list[Outlet]:
    """The same for a row of a location: one for each station and tariff there."""
    return [
        Outlet(location=row["id"], station=UUID(station), own=UUID(own) if own else None, time_zone=row["time_zone"])
        for station, own in json.loads(row["priced"] or "[]")
    ]


def connectors(row: Row, prices: Prices) -> list[Connector]:
    return [
        Connector(
            id=line.id,
            evse=line.evse,
            number=line.number,
            label=rules.connector_label(line.evse, line.number),
            standard=line.standard,
            power_type=PowerType(line.power_type),
            max_power_w=line.max_power_w,
            status=rules.shown_status(row["online"], line.status),
            status_at=line.status_at,
            error_code=line.error_code,
            error_info=line.error_info,
            price=prices.at(_outlet(row, line)),
            tariff_id=str(line.tariff_id) if line.tariff_id else None,
            transaction_id=line.transaction_id,
        )
        for line in _lines.decode(row["connectors"])
    ]


def station_row(row: Row, prices: Prices) -> StationRow:
    return StationRow(
        id=str(row["id"]),
        identity=row["identity"],
        name=row["name"],
        location_id=str(row["location_id"]) if row["location_id"] else None,
        location=row["location"],
        vendor=row["vendor"],
        model=row["model"],
        ocpp_version=row["ocpp_version"],
        registration=Registration(row["registration"]),
        online=row["online"],
        last_seen_at=row["last_seen_at"],
        status=ConnectorStatus(row["status"]),
        connectors=connectors(row, prices),
        power_w=row["power_w"],
        open_incidents=row["open_incidents"],
    )


def station_detail(row: Row, prices: Prices) -> StationDetail:
    return StationDetail(
        row=station_row(row, prices),
        serial=row["serial"],
        firmware=row["firmware"],
        security=rules.security_words(row["security_profile"], row["has_password"]),
        security_profile=row["security_profile"],
        pending_profile=row["pending_profile"],
        password_pending=row["password_pending"],
        connected_at=row["connected_at"] if row["online"] else None,
        booted_at=row["booted_at"],
        boot_reason=row["boot_reason"],
        created_at=row["created_at"],
        time_zone=row["time_zone"],
        address=address_line(row),
    )


def station_for_driver(
    row: Row, prices: Prices, only: UUID | None = None, doubt: Row | None = None
) -> StationForDriver:
    """What a driver may know of a station: not who charges there. `only` keeps one connector."""
    return StationForDriver(
        id=str(row["id"]),
        identity=row["identity"],
        name=row["name"],
        online=row["online"],
        connectors=[
            msgspec.structs.replace(line, transaction_id=None)
            for line in connectors(row, prices)
            if only is None or line.id == str(only)
        ],
        doubtful=doubt is not None and doubtful(doubt),
        known_fault=bool(doubt and doubt["known_fault"]),
        reported=bool(doubt and doubt["reported"]),
        failed_starts=doubt["failed_starts"] if doubt else 0,
        last_charge_at=doubt["last_charge_at"] if doubt else None,
    )


def doubtful(doubt: Row) -> bool:
    return rules.doubtful(doubt["known_fault"], doubt["reported"], doubt["failed_starts"])


def location_summary(row: Row, prices: Prices, *, doubtful: bool = False) -> LocationSummary:
    return LocationSummary(
        id=str(row["id"]),
        name=row["name"],
        address=row["address"],
        city=row["city"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        availability=_availability(row),
        max_power_w=row["max_power_w"],
        power_types=[PowerType(word) for word in row["power_types"] or ()],
        price_from=rules.cheapest(
            price for outlet in outlets_of_place(row) if (price := prices.at(outlet)) is not None
        ),
        distance_m=row.get("distance_m"),
        stations=row.get("stations"),
        doubtful=doubtful,
    )


def _availability(row: Row) -> Availability:
    return rules.availability(ConnectorStatus(status) for status in row["statuses"] or ())


def location_detail(
    row: Row, stations: Sequence[Row], prices: Prices, doubts: Mapping[UUID, Row] | None = None
) -> LocationDetail:
    return LocationDetail(
        id=str(row["id"]),
        name=row["name"],
        address=row["address"],
        postal_code=row["postal_code"],
        city=row["city"],
        country=row["country"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        time_zone=row["time_zone"],
        description=row["description"],
        availability=_availability(row),
        stations=[station_for_driver(station, prices, doubt=(doubts or {}).get(station["id"])) for station in stations],
    )


def frame(row: Row) -> Frame:
    return Frame(
        id=str(row["id"]),
        at=row["at"],
        direction=row["direction"],
        kind=row["kind"],
        action=row["action"],
        message_id=row["message_id"],
        payload=row["payload"],
        size=row["size"],
        latency_ms=row["latency_ms"],
        error_code=row["error_code"],
        explanation=frame_words.explanation(row["kind"], row["error_code"]),
    )


ATTRIBUTES = ("Actual", "Target", "MinSet", "MaxSet")


def variable(row: Row) -> Variable:
    return Variable(
        component=row["component"],
        name=row["name"],
        value=row["value"],
        read_only=row["read_only"],
        evse=row["evse"] or None,
        updated_at=row["updated_at"],
        connector=row["connector"] or None,
        attributes=_attributes(row),
        **(row["characteristics"] or {}),
    )


def _attributes(row: Row) -> list[VariableAttribute]:
    """Actual, which every variable has, and the others that the station told of."""
    by_type: dict[str, dict[str, Any]] = {"Actual": {"value": row["value"]}}
    for name, value in row["attributes"].items():
        kind, _, part = name.partition(".")
        by_type.setdefault(kind, {})[part] = value
    return [VariableAttribute(type=kind, **by_type[kind]) for kind in ATTRIBUTES if kind in by_type]


def told(answer: Answer) -> CommandAnswer:
    """What a station answered, as whoever asked for the command reads it."""
    return CommandAnswer(
        accepted=answer.accepted, status=answer.status, payload=answer.payload, latency_ms=answer.latency_ms
    )


def command(row: Row) -> CommandRow:
    return CommandRow(
        id=str(row["id"]),
        at=row["at"],
        action=row["action"],
        by=row["by"],
        state=row["state"],
        status=row["status"],
        detail=row["detail"],
        expires_at=row["expires_at"],
    )
