"""Certificates of simulated stations against a real node: signed at the first boot, renewed, roots installed."""

from pathlib import Path

from tests.simulator.conftest import site
from tests.support.node import running_node
from tests.support.wire import Json, eventually, key

PATH = "/api/v1/stations/CP-1/certificates"


def in_use(page: Json) -> int:
    return [one["state"] for one in page["items"]].count("accepted")


async def test_signed_renewed_installed_listed_deleted(db: str, tmp_path: Path) -> None:
    async with (
        running_node(db, worker=True, data_dir=tmp_path) as node,
        site(node, "2.0.1", certified=True) as one,
    ):
        operator = await node.client()
        await eventually(operator, f"{PATH}/issued", lambda page: in_use(page) == 1)
        first = one.station.memory.certificate
        assert first.startswith("-----BEGIN CERTIFICATE-----")
        renewed = await operator.post(f"{PATH}/renew", json={"kind": "ChargingStationCertificate"}, headers=key())
        assert renewed.json()["accepted"], renewed.text
        await eventually(operator, f"{PATH}/issued", lambda page: in_use(page) == 2)
        assert one.station.memory.certificate != first
        root = (await operator.get("/api/v1/certificate-authority")).text
        installed = await operator.post(PATH, json={"kind": "CSMSRootCertificate", "certificate": root})
        assert installed.json()["accepted"], installed.text
        assert (await operator.post(f"{PATH}/read", json={})).json()["accepted"]
        (known,) = (await operator.get(PATH)).json()["items"]
        gone = await operator.post(f"{PATH}/delete", json=known["hash"])
        assert gone.json()["accepted"], gone.text
        assert one.station.memory.roots == []
