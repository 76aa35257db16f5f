"""A browser that goes and comes back to the same session: the screen goes on, it never stays frozen."""

import asyncio

from flet.messaging.protocol import Message, MessageAction

from backend.web.client import Tab
from shared.accounts import Role
from tests.app.harness import app_for
from tests.support.node import Node


async def test_a_message_to_a_browser_that_has_just_gone_is_dropped() -> None:
    """Flet raises here, into the task that draws the whole session."""
    tab = Tab(asyncio.get_running_loop(), None, None, None)  # type: ignore[arg-type]  # without a socket
    tab.send_message(Message(MessageAction.PATCH_CONTROL, None))


async def test_a_screen_that_stopped_drawing_goes_on_when_the_browser_comes_back(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR) as screen:
        await screen.wait("nav-stations")
        await screen.client.soon(screen.session.disconnect(60))
        screen.session._Session__updates_task.cancel()  # type: ignore[attr-defined]  # as after an error in it
        await asyncio.sleep(0.05)
        screen.session.apply_page_patch({"route": "/incidents"})
        await screen.client.soon(screen.session.connect(screen.client))
        await screen.until(lambda: screen.find("nav-incidents").selected, "incidents")  # type: ignore[union-attr]
        await screen.click("nav-stations")
        await screen.wait_for_route("/stations")
        await screen.until(lambda: screen.find("nav-stations").selected, "stations")  # type: ignore[union-attr]
