"""The addresses that stations send log files to."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.db.engine import DB
from backend.maintenance import files
from tests.conformance.conftest import node, operator  # noqa: F401
from tests.conformance.maintenance import ask_log, upload
from tests.support.node import Node


@pytest.fixture
def node_settings(tmp_path: Path) -> dict[str, Any]:
    return {"data_dir": tmp_path}


async def test_an_upload_is_bounded_used_once_and_expires(
    node: Node,  # noqa: F811
    operator: httpx.AsyncClient,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        sent, _ = await ask_log(station, operator, {}, "GetDiagnostics", {})
    monkeypatch.setattr(files, "MAX_UPLOAD", 4)
    assert (await upload(node, sent["location"], b"12345")).status_code == 413
    assert (await upload(node, sent["location"], b"1234")).status_code == 204
    assert (await upload(node, sent["location"], b"1234")).status_code == 409
    await DB.run("UPDATE maintenance_task SET expires_at = now() - interval '1 minute'")
    assert (await upload(node, sent["location"], b"1234")).status_code == 404
