"""Messages without a session, and commands that wait, in a real session against a real node."""

import httpx

from shared.accounts import Role
from tests.app.harness import PHONE, Phone, app_for
from tests.support.node import Node
from tests.support.wire import Session16, card, stamp

LOST = {"transactionId": 999_999, "meterStop": 11_000, "reason": "Local"}


def _named(screen: Phone, beginning: str) -> list[str]:
    return [one for one in screen.identifiers() if one.startswith(beginning)]


async def test_a_lost_end_is_attached_to_its_session(node: Node) -> None:
    await card(node)
    await node.add_station("CP-1", tariff_id=await node.add_tariff())
    async with node.booted("CP-1") as station:
        await Session16(station).started(1000)
        await station.call("StopTransaction", LOST | {"timestamp": stamp()})
        async with app_for(node, role=Role.OPERATOR, route="/incidents") as screen:
            await screen.wait_for_text("One message fits no session")
            await screen.click("quarantine-look")
            await screen.wait_for_route("/quarantine")
            await screen.until(lambda: _named(screen, "resolve-"), "the message")
            await screen.click(_named(screen, "resolve-")[0])
            await screen.wait("quarantine-session")
            assert not screen.pressable("dialog-confirm")
            dropdown = screen.pressable("quarantine-session")
            assert dropdown is not None
            wanted = dropdown.options[0].key  # type: ignore[attr-defined]
            screen.session.apply_patch(dropdown._i, {"value": wanted})
            await screen.event(dropdown, "select", wanted)
            await screen.click("dialog-confirm")
            await screen.wait_gone("dialog-confirm")
            await screen.wait_for_text("Every message has its session")
            await screen.click("quarantine-attached")
            await screen.wait_for_text("CP-1 · A session that ended")


async def test_what_is_of_none_is_dismissed_with_a_reason(node: Node) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        await station.call("StopTransaction", LOST | {"timestamp": stamp()})
        async with app_for(node, role=Role.OPERATOR, route="/quarantine", size=PHONE, language="de") as phone:
            await phone.until(lambda: _named(phone, "resolve-"), "the message")
            await phone.click(_named(phone, "resolve-")[0])
            await phone.wait_for_text("Von dieser Station ist kein Vorgang bekannt.")
            assert not phone.pressable("quarantine-dismiss")
            await phone.type("quarantine-note", "Probelauf")
            await phone.click("quarantine-dismiss")
            await phone.wait_gone("quarantine-dismiss")
            await phone.click("quarantine-dismissed")
            await phone.wait_for_text("Probelauf")


async def test_a_waiting_command_is_seen_and_called_off(node: Node) -> None:
    await node.add_station("CP-1")
    headers = {
        "Authorization": f"Bearer {(await node.tokens(Role.OPERATOR)).access_token}",
        "Idempotency-Key": "one-reset",
    }
    async with httpx.AsyncClient(base_url=f"{node.url}/api/v1", headers=headers) as api:
        asked = await api.post("/stations/CP-1/reset", params={"queue_for_s": 3600}, json={})
        assert asked.json()["status"] == "Queued", asked.text
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("tab-commands")
        await screen.wait_for_text("waits until")
        await screen.click(_named(screen, "command-cancel-")[0])
        await screen.until(lambda: not _named(screen, "command-cancel-"), "list without one that waits")
