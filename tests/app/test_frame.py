"""Signing in and the frame around every page."""

from shared.accounts import Role
from tests.app.harness import PHONE, app_for
from tests.support.node import PASSWORD, Node


async def test_a_wrong_password_is_told_and_the_right_one_opens_the_app(node: Node) -> None:
    await node.tokens(Role.DRIVER, "dana@example.com")
    async with app_for(node, size=PHONE) as phone:
        await phone.type("email", "dana@example.com")
        await phone.type("password", "not the password")
        await phone.click("submit")
        await phone.wait("problem")
        assert not phone.has("nav-find")
        await phone.type("password", PASSWORD, submit=True)
        await phone.wait("nav-find")
        assert phone.route == "/"
