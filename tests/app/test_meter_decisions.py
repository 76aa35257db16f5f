"""A meter that can't be believed: the operator sees why and both amounts and decides; the driver sees it."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from app.session import TOKENS
from backend.accounts import service as accounts
from backend.db.engine import DB
from shared.accounts import Role
from tests.app.harness import DESKTOP, PHONE, app_for
from tests.ocpp.test_corrections import jumped
from tests.support.node import PASSWORD, Node, running_node

WHY = "Looked at the meter"


@pytest.fixture
async def paid(db: str) -> AsyncIterator[Node]:
    """A node that does its jobs: bills and payments among them."""
    async with running_node(db, served=True, worker=True) as one:
        yield one


async def driver_of(node: Node, path: str) -> dict[str, str]:
    """What the phone of whoever charged there keeps."""
    (row,) = await DB.run(
        "SELECT email FROM account a JOIN transaction t ON t.account = a.id WHERE t.id = $1::uuid",
        path.rsplit("/", 1)[-1],
    )
    tokens = await accounts.sign_in(node.ctx, row["email"], PASSWORD)
    return {TOKENS: msgspec.json.encode(tokens).decode()}


def page_of(path: str) -> str:
    return f"/sessions/{path.rsplit('/', 1)[-1]}"


async def test_an_operator_bills_what_the_meter_reported(paid: Node) -> None:
    path, _ = await jumped(paid, "CP-1", 30_000)
    kept = await driver_of(paid, path)
    async with app_for(paid, size=PHONE, route=f"{page_of(path)}/receipt", storage=kept) as phone:
        await phone.wait_for_text("It is billed by its trusted readings, 5.00 kWh. The operator looks at it.")
    async with app_for(paid, role=Role.OPERATOR, size=DESKTOP) as screen:
        await screen.click("needs-decision")  # on the overview
        await screen.wait_for_text("CP-1")
        await screen.go(page_of(path))
        await screen.wait_for_text("This meter needs your decision", "meter-doubt")
        assert {"5.00 kWh · €2.00", "30.0 kWh · €12.00"} <= set(screen.texts("meter-doubt"))
        assert "The meter jumped further than this connector can deliver" in screen.text("session-notes")
        await screen.click("decide-reported")
        await screen.wait_for_text("The driver pays €12.00, by what the meter reported.")
        assert not screen.has("credit-to-card")  # nothing goes back
        assert screen.pressable("dialog-confirm") is None  # not without a reason
        await screen.type("decision-note", WHY)
        await screen.click("dialog-confirm")
        await screen.wait_for_text(WHY, "meter-doubt")
        await screen.wait("correction-SUP-2026-00001")
        assert not screen.has("decide-reported")
        await screen.go("/")
        await screen.wait_gone("needs-decision")
    async with app_for(
        paid, size=PHONE, route=f"{page_of(path)}/receipt", storage=await driver_of(paid, path)
    ) as phone:
        await phone.wait("correction-SUP-2026-00001")
        assert "€10.00" in phone.text("correction-SUP-2026-00001")


async def test_an_operator_bills_nothing_and_it_goes_into_the_wallet(paid: Node) -> None:
    path, _ = await jumped(paid, "CP-1", 900_000_000)
    async with app_for(paid, role=Role.OPERATOR, size=DESKTOP, route=page_of(path)) as screen:
        await screen.click("decide-waive")
        await screen.wait_for_text("The driver pays nothing; what was taken goes back.")
        await screen.click("credit-to-wallet")
        await screen.type("decision-note", WHY)
        await screen.click("dialog-confirm")
        await screen.wait("correction-CN-2026-00001")
    async with app_for(paid, size=PHONE, route="/wallet", storage=await driver_of(paid, path)) as phone:
        await phone.wait_for_text("€2.00", "balance")
