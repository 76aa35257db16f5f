"""Signed values from the station's socket to the driver's own check."""

import base64
from datetime import datetime
from typing import Any

import httpx

from backend.db.engine import DB
from shared.accounts import Role
from tests.conftest import Clock
from tests.support.node import running_node
from tests.support.signing import SigningMeter
from tests.support.wire import eventually


def value(at: datetime, data: str, context: str) -> dict[str, Any]:
    sampled = {"value": data, "format": "SignedData", "context": context}
    return {"timestamp": at.isoformat(), "sampledValue": [sampled]}


async def test_ocpp16_signed_data_is_kept_checked_and_handed_out(db: str, clock: Clock) -> None:
    meter = SigningMeter()
    async with running_node(db, clock=clock, worker=True) as node:
        await node.add_station("CP-1", tariff_id=await node.add_tariff())
        operator = await node.client(Role.OPERATOR)
        await operator.post("/api/v1/tokens", json={"value": "CARD"})
        async with node.booted("CP-1") as station:
            start = {"connectorId": 1, "idTag": "CARD", "meterStart": 1000, "timestamp": clock.now().isoformat()}
            number = (await station.call("StartTransaction", start))["transactionId"]
            begin = meter.record(clock.now(), "1.000", "B")
            await station.call(
                "MeterValues",
                {
                    "connectorId": 1,
                    "transactionId": number,
                    "meterValue": [value(clock.now(), begin, "Transaction.Begin")],
                },
            )
            clock.advance(minutes=14)
            end = meter.record(clock.now(), "6.000", "E").encode().hex()
            stop = {
                "transactionId": number,
                "meterStop": 6000,
                "timestamp": clock.now().isoformat(),
                "transactionData": [value(clock.now(), end, "Transaction.End")],
            }
            await station.call("StopTransaction", stop)
            (row,) = await DB.run("SELECT id FROM transaction")
            path = f"/api/v1/transactions/{row['id']}/receipt/signed"
            found = await eventually(operator, path, lambda one: all(value["note"] for value in one["values"]))
            assert (found["state"], found["energy_wh"], found["billed_wh"]) == ("unverified", 5000, 5000)
            assert [one["data"] for one in found["values"]] == [begin, end], "untouched"

            wrong = await operator.put("/api/v1/stations/CP-1/meter-keys/1", json={"public_key": "x" * 60})
            assert wrong.json()["code"] == "invalid_key"
            other = SigningMeter().public_key
            assert (await _enter(operator, other)).status_code == 200
            await eventually(operator, path, lambda one: one["state"] == "failed")
            session = (await operator.get(f"/api/v1/transactions/{row['id']}")).json()["transaction"]
            assert "signature_failed" in session["flags"]

            assert (await _enter(operator, meter.public_key)).status_code == 200
            found = await eventually(operator, path, lambda one: one["state"] == "verified")
            assert {one["key_source"] for one in found["values"]} == {"operator"}
            session = (await operator.get(f"/api/v1/transactions/{row['id']}")).json()["transaction"]
            assert "signature_failed" not in session["flags"]
            xml = await operator.get(f"{path}/xml")
            assert xml.headers["content-type"].startswith("application/xml")
            assert meter.public_key in xml.text
            pdf = await operator.get(f"/api/v1/transactions/{row['id']}/receipt/pdf")
            assert pdf.content.startswith(b"%PDF-")
            stranger = await node.client(Role.DRIVER)
            assert (await stranger.get(path)).status_code == 404


async def _enter(operator: httpx.AsyncClient, key: str) -> httpx.Response:
    return await operator.put("/api/v1/stations/CP-1/meter-keys/1", json={"public_key": key, "label": "Meter 4711"})


async def test_ocpp201_signed_meter_value_brings_its_key(db: str, clock: Clock) -> None:
    meter = SigningMeter()
    key = base64.b64encode(f"oca:base16:asn1:{meter.public_key}".encode()).decode()

    def event(kind: str, seq: int, kwh: str, letter: str) -> dict[str, Any]:
        signed = {
            "signedMeterData": base64.b64encode(meter.record(clock.now(), kwh, letter).encode()).decode(),
            "signingMethod": "ECDSA-secp256r1-SHA256",
            "encodingMethod": "OCMF",
            "publicKey": key,
        }
        context = "Transaction.Begin" if letter == "B" else "Transaction.End"
        sampled = {
            "value": float(kwh),
            "measurand": "Energy.Active.Import.Register",
            "unitOfMeasure": {"unit": "kWh"},
            "context": context,
            "signedMeterValue": signed,
        }
        return {
            "eventType": kind,
            "timestamp": clock.now().isoformat(),
            "triggerReason": "Authorized" if seq == 0 else "StopAuthorized",
            "seqNo": seq,
            "transactionInfo": {"transactionId": "tx-1"},
            "evse": {"id": 1, "connectorId": 1},
            "idToken": {"idToken": "CARD", "type": "ISO14443"},
            "meterValue": [{"timestamp": clock.now().isoformat(), "sampledValue": [sampled]}],
        }

    async with running_node(db, clock=clock, worker=True) as node:
        await node.add_station("CP-2")
        operator = await node.client(Role.OPERATOR)
        await operator.post("/api/v1/tokens", json={"value": "CARD"})
        async with node.booted("CP-2", "2.0.1") as station:
            await station.call("TransactionEvent", event("Started", 0, "1.0", "B"))
            clock.advance(minutes=14)
            await station.call("TransactionEvent", event("Ended", 1, "6.0", "E"))
            (row,) = await DB.run("SELECT id FROM transaction")
            path = f"/api/v1/transactions/{row['id']}/receipt/signed"
            found = await eventually(operator, path, lambda one: one["state"] == "verified")
            assert found["energy_wh"] == found["billed_wh"] == 5000
            assert {one["key_source"] for one in found["values"]} == {"message"}
            assert all("came with the data" in one["note"] for one in found["values"])
