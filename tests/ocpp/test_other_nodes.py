"""What a node hears of others over the bus, whatever comes of it."""

import asyncio

import msgspec

from backend.ocpp.connections import TAKEN, Taken
from tests.support.node import running_node


async def test_what_cannot_be_followed_costs_only_itself(db: str) -> None:
    """Everything that runs beside the sockets (the log, presence, dead links) goes on."""
    async with running_node(db) as node:
        await node.add_station("CP-1")
        async with node.booted("CP-1") as one:
            for topic in (TAKEN, "event.x.StationChanged"):
                await node.ctx.bus.publish(topic, b"no message of ours")
            await asyncio.sleep(0.05)
            assert (await one.call("Heartbeat"))["currentTime"]
            session = next(iter(node.listener.connections._sessions.values()))
            elsewhere = Taken(station_id=session.station.id, epoch=(session.epoch or 0) + 1, node="another")
            await node.ctx.bus.publish(TAKEN, msgspec.json.encode(elsewhere))
            async with asyncio.timeout(5):
                await one.socket.wait_closed()
