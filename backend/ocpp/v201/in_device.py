"""What 2.0.1 stations tell of their device model (B07, B08)."""

from collections.abc import Mapping
from typing import Any

from backend.devices import service as devices
from backend.ocpp.session import Handler, Session
from backend.ocpp.v201 import messages as m
from backend.ocpp.v201 import naming
from backend.stations.model import VariableReport


async def report(session: Session, request: m.NotifyReport) -> m.NotifyReportResponse:
    """A part of a report; parts may come in any order and be numbered from anywhere."""
    found = [_variable(one) for one in request.report_data or ()]
    await devices.reported(session.ctx, session.station, request.request_id, request.seq_no, bool(request.tbc), found)
    return m.NotifyReportResponse()


def _variable(one: m.ReportDataType) -> VariableReport:
    attributes: dict[str, Any] = {}
    by_type = {attribute.type or "Actual": attribute for attribute in one.variable_attribute}
    for kind, attribute in by_type.items():
        told = {
            "value": None if kind == "Actual" else attribute.value,
            "mutability": attribute.mutability,
            "persistent": attribute.persistent,
            "constant": attribute.constant,
        }
        attributes |= {f"{kind}.{name}": value for name, value in told.items() if value is not None}
        if kind != "Actual":
            attributes.setdefault(f"{kind}.value", None)
    actual = by_type.get("Actual")
    return VariableReport(
        **naming.where(one.component)._asdict(),
        name=naming.named(one.variable),
        value=actual.value if actual else None,
        actual=actual is not None,
        read_only=None if actual is None else actual.mutability == "ReadOnly",
        attributes=attributes,
        characteristics=_characteristics(one.variable_characteristics),
    )


def _characteristics(one: m.VariableCharacteristicsType | None) -> dict[str, Any] | None:
    if one is None:
        return None
    told = {
        "data_type": one.data_type,
        "unit": one.unit,
        "min_limit": one.min_limit,
        "max_limit": one.max_limit,
        "values": [part.strip() for part in one.values_list.split(",")] if one.values_list else None,
        "supports_monitoring": one.supports_monitoring,
    }
    return {name: value for name, value in told.items() if value is not None}


HANDLERS: Mapping[str, Handler] = {"NotifyReport": report}
