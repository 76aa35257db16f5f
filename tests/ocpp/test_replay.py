"""A bill computed anew from its stored readings, also beside a running node."""

from pathlib import Path

import pytest

from backend import cli
from backend.db.engine import DB
from backend.transactions import replaying
from shared.accounts import Role
from tests.ocpp.test_payments import charge
from tests.support.node import Node
from tests.support.program import Program, environment
from tests.support.wire import until


async def test_a_bill_is_what_its_readings_say_until_somebody_touches_them(node: Node) -> None:
    (outlet,) = await node.add_station("CP-1", tariff_id=await node.add_tariff())
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        transaction_id = await charge(station, driver, outlet, 12_345)
        await until("SELECT count(*) FROM cdr", 1)
    (bill,) = await replaying.replay(node.ctx, transaction_id)
    assert bill.differences == []
    assert bill.issued == bill.computed
    assert bill.issued["total_incl"] > 0
    assert [one.transaction_id for one in await replaying.replay(node.ctx, f" {bill.number} ")] == [transaction_id]

    await DB.run("UPDATE cdr SET total_incl = total_incl + 1, lines = '[]'")
    (touched,) = await replaying.replay(node.ctx, bill.number)
    assert {path for path, _, _ in touched.differences} == {"total_incl"} | {
        f"lines[{number}]" for number in range(len(bill.issued["lines"]))
    }
    assert "differs" in next(replaying.told(touched))
    assert await replaying.replay(node.ctx, "2026-999999") == []


def test_the_command_joins_a_running_wattline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    program = Program(tmp_path)
    program.start()
    try:
        assert cli.main(["replay-bill", "2026-000001"]) == 1
        assert "There is no bill 2026-000001" in capsys.readouterr().err
    finally:
        program.stop(15)
    assert cli.main(["replay-bill", "2026-000001"]) == 1
    assert "There is no bill" in capsys.readouterr().err
