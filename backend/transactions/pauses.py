"""A 1.6 station tells in its status whether energy flows, and who holds it back: remembered, so that idle time is
billed as such, and time that the station makes a car wait is not."""

from collections.abc import Sequence

from backend.context import Context, Unit
from backend.events import ConnectorStatusChanged, Event, TransactionUpdated
from backend.transactions import flow_rules, group_store, remembered
from shared.stations import ConnectorStatus


async def on_status(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Handler: of many outlets at once."""
    told = [
        event
        for event in events
        if isinstance(event, ConnectorStatusChanged)
        and event.connector_id is not None
        and flow_rules.state_of(ConnectorStatus(event.status), event.withheld) is not None
    ]
    if not told:
        return
    now, points, changed = ctx.now(), [], []
    rows = await group_store.charging([(n, event.station_id, event.evse) for n, event in enumerate(told)])
    for row in rows:
        event = told[row["n"]]
        state = str(flow_rules.state_of(ConnectorStatus(event.status), event.withheld))
        if row["ref"] is not None or row["charging_state"] == state:
            continue
        flows = state in flow_rules.FLOWS
        power_w = row["power_w"] if flows else 0  # where none flows there is no power
        changed.append((event.station_id, row, state, power_w))
        if row["meter_last_wh"] is not None and row["begun_at"] and event.at > row["begun_at"]:
            power = None if flows else 0
            last = event.at, row["meter_last_wh"], power, None, None, None
            points.append((row["id"], *last, state, flow_rules.BY_STATUS, True, None, None, None))
        unit.emit(
            TransactionUpdated(
                tenant_id=event.tenant_id,
                at=now,
                transaction_id=row["id"],
                station_id=event.station_id,
                identity=event.identity,
                connector_id=row["connector"],
                account_id=row["account"],
            )
        )
    if points:
        await group_store.turn(points)
    if changed:
        versions = await group_store.set_states([(row["id"], state, watts) for _, row, state, watts in changed], now)
        for station_id, row, state, power_w in changed:
            # Nothing else of this unit writes the row; if it is rolled back there is no such version.
            values = {"charging_state": state, "power_w": power_w, "version": versions[row["id"]]}
            remembered.changed(station_id, row["id"], row["version"], values)
