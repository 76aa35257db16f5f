"""A site of the demo whose fuse is too small for all of its cars at once: there the controller is seen at work."""

from datetime import time
from decimal import Decimal
from uuid import UUID

from backend.context import Context
from backend.db.engine import DB
from backend.sites import service
from shared.sites import EnergyTariff, NodeKind, PolicyName, PowerNode, SitePolicy, SiteSet, TariffStep

SITE = "ALT"
FUSE_A = 80
FEEDER_A = 40
FALLBACK_A = 6
STEPS = (
    (time(22), time(6), "0.19"),
    (time(6), time(11), "0.31"),
    (time(11), time(16), "0.24"),
    (time(16), time(22), "0.38"),
)


async def tight_fuse(ctx: Context, tenant_id: UUID) -> None:
    rows = await DB.run(
        """SELECT s.location, s.identity FROM charging_station s WHERE s.tenant = $1 AND s.identity LIKE $2
        ORDER BY s.identity""",
        tenant_id,
        f"{SITE}-%",
    )
    nodes = [PowerNode(key="grid", kind=NodeKind.GRID, name="Grid connection", limit_a=Decimal(FUSE_A))]
    for number in (1, 2):
        nodes.append(
            PowerNode(
                key=f"feeder-{number}",
                kind=NodeKind.FEEDER,
                parent="grid",
                name=f"Feeder {number}",
                limit_a=Decimal(FEEDER_A),
            )
        )
    for number, row in enumerate(rows):
        nodes.append(
            PowerNode(
                key=f"station-{number + 1}",
                kind=NodeKind.STATION,
                parent=f"feeder-{number % 2 + 1}",
                station=row["identity"],
                fallback_a=Decimal(FALLBACK_A),
            )
        )
    tariff = EnergyTariff(
        base=Decimal("0.31"),
        steps=[TariffStep(begins=begins, ends=ends, price=Decimal(price)) for begins, ends, price in STEPS],
    )
    wanted = SiteSet(nodes=nodes, policy=SitePolicy(name=PolicyName.EQUAL), tariff=tariff)
    await service.put(ctx, tenant_id, rows[0]["location"], wanted)
