"""What one person does reaches another, and what is shown can be taken away: a table, a brand, an incident."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from websockets.sync.client import ClientConnection, connect

from shared.accounts import Role
from tests.journeys.conftest import OpenApp
from tests.support.browser import DESKTOP, PHONE
from tests.support.demo import Demo


def test_the_table_of_a_report_is_a_file_with_the_figures_of_the_page(open_app: OpenApp, demo: Demo) -> None:
    tab = open_app(Role.OPERATOR, size=DESKTOP, route="/analytics")
    tab.wait("plot-energy")
    with tab.page.expect_download() as waiting:
        tab.click("export-csv")
    file = waiting.value
    assert file.suggested_filename.startswith("analytics-")
    assert file.suggested_filename.endswith(".csv")
    kept = Path(str(file.path())).read_bytes().decode("utf-8-sig").splitlines()
    begins, ends = file.suggested_filename[10:20], file.suggested_filename[21:31]
    with demo.client() as operator:
        asked = {"begins_on": begins, "ends_on": ends}
        told = operator.get("/analytics.csv", params=asked).text.removeprefix("\ufeff").splitlines()
    over = min(f"{datetime.now(UTC):%Y-%m-%d}", ends)
    past, told_of_past = (
        [line for line in lines if line[:10] < over and "/" not in line.partition(",")[0]] for lines in (kept, told)
    )
    assert len(kept) > 28
    assert past == told_of_past, "days that are over; sums of all days go on moving"
    assert kept[0] == told[0]


def test_a_brand_reaches_a_screen_that_is_open(open_app: OpenApp, demo: Demo) -> None:
    with demo.client(Role.ADMIN) as admin:
        before = admin.get("/meta").json()["brand"]
        try:
            driver = open_app(Role.DRIVER, size=DESKTOP)
            driver.wait_for_text(before["name"])
            settings = open_app(Role.ADMIN, size=DESKTOP, route="/settings")
            settings.type("brand-name", "Hafenstrom")
            settings.click("brand-save")
            settings.wait_until(lambda: admin.get("/meta").json()["brand"]["name"] == "Hafenstrom", "saved brand")
            driver.wait_for_text("Hafenstrom")
            assert before["name"] not in driver.text().splitlines()
        finally:
            admin.put("/brand", json={"name": before["name"]}).raise_for_status()


class Wire:
    """A 1.6 station, spoken by hand."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def call(self, action: str, payload: dict[str, Any]) -> None:
        number = uuid4().hex
        self._socket.send(json.dumps([2, number, action, payload]))
        while True:
            frame = json.loads(self._socket.recv(timeout=10))
            if frame[0] == 2:  # what we are asked meanwhile
                self._socket.send(json.dumps([4, frame[1], "NotSupported", "", {}]))
            elif frame[1] == number:
                assert frame[0] == 3, frame
                return


@contextmanager
def station(demo: Demo, identity: str) -> Iterator[Wire]:
    with demo.client() as operator:
        operator.post("/stations", json={"identity": identity, "name": "Quay 9"}).raise_for_status()
    with connect(f"{demo.ocpp_url}/{identity}", subprotocols=["ocpp1.6"]) as socket:  # type: ignore[list-item]
        wire = Wire(socket)
        wire.call("BootNotification", {"chargePointVendor": "Quay", "chargePointModel": "Q1"})
        yield wire


def test_a_fault_is_noticed_on_another_page_and_taken_in_hand(open_app: OpenApp, demo: Demo) -> None:
    identity = f"QUAY-{uuid4().hex[:6]}"
    tab = open_app(Role.OPERATOR, size=PHONE, route="/settings")
    said = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    with station(demo, identity) as wire, demo.client() as operator:
        wire.call("StatusNotification", said)
        fault = {"errorCode": "OtherError", "vendorErrorCode": "CX008", "status": "Faulted"}
        wire.call("StatusNotification", said | fault)
        tab.wait("alert", timeout=5000)
        tab.wait("incident-badge")
        tab.click("alert-close")
        tab.click("nav-incidents")
        mine = demo.wait_for(
            "incident",
            operator,
            "/incidents",
            lambda page: next((one for one in page["items"] if one["station_identity"] == identity), None),
        )
        tab.wait_until(lambda: "Emergency stop pressed" in tab.said(f"incident-{mine['id']}"), "its name")
        tab.click(f"acknowledge-{mine['id']}")
        tab.wait_gone(f"incident-{mine['id']}")
        tab.click("filter-acknowledged")
        tab.wait(f"incident-{mine['id']}")
        known = operator.get("/incidents", params={"state": "acknowledged"}).json()["items"]
        assert mine["id"] in [one["id"] for one in known]
        wire.call("StatusNotification", said)
