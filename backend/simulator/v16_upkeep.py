"""What a 1.6 charge point is asked beyond charging: firmware, diagnostics, the local list, reservations."""

from typing import Any

from ocpp.routing import after, on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from backend.simulator import promises, upkeep
from backend.simulator.promises import Reservation
from backend.simulator.wire import Speaking, when

FIRMWARE = {
    "downloading": "Downloading",
    "downloaded": "Downloaded",
    "download_failed": "DownloadFailed",
    "installing": "Installing",
}
UPLOAD = {"uploading": "Uploading", "uploaded": "Uploaded", "upload_failed": "UploadFailed"}


class Upkeep16(Speaking):
    """Mixed into the wire of 1.6."""

    async def installed(self, _request: int) -> None:
        await self.ask(call.FirmwareStatusNotification(status="Installed"))

    async def reservation_expired(self, _reservation_id: int) -> None:
        """1.6 tells it by the outlet's new status alone."""

    @on(Action.update_firmware)
    def on_update_firmware(self, **_: Any) -> Any:
        return call_result.UpdateFirmware()

    @after(Action.update_firmware)
    def after_update_firmware(self, location: str, retrieve_date: str, **_: Any) -> None:
        async def tell(state: str) -> None:
            if state == "rebooting":
                self.station.memory.installed = 0
            else:
                await self.ask(call.FirmwareStatusNotification(status=FIRMWARE[state]))

        self.aside(upkeep.update_firmware(self.station, location, when(retrieve_date), tell))

    @on(Action.get_diagnostics)
    def on_get_diagnostics(self, **_: Any) -> Any:
        return call_result.GetDiagnostics(file_name=upkeep.file_name(self.station, "diagnostics"))

    @after(Action.get_diagnostics)
    def after_get_diagnostics(self, location: str, **_: Any) -> None:
        async def tell(state: str) -> None:
            await self.ask(call.DiagnosticsStatusNotification(status=UPLOAD[state]))

        self.aside(upkeep.upload_log(self.station, location, "diagnostics", tell))

    @on(Action.get_local_list_version)
    def on_get_local_list_version(self, **_: Any) -> Any:
        return call_result.GetLocalListVersion(list_version=self.station.memory.list_version)

    @on(Action.send_local_list)
    def on_send_local_list(
        self,
        list_version: int,
        update_type: str,
        local_authorization_list: list[dict[str, Any]] | None = None,
        **_: Any,
    ) -> Any:
        entries = promises.listed16(local_authorization_list)
        done = self.station.take_list(list_version, entries, full=update_type == "Full")
        return call_result.SendLocalList(status="Accepted" if done else "VersionMismatch")

    @on(Action.reserve_now)
    def on_reserve_now(
        self,
        connector_id: int,
        expiry_date: str,
        id_tag: str,
        reservation_id: int,
        parent_id_tag: str | None = None,
        **_: Any,
    ) -> Any:
        until = when(expiry_date)
        assert until is not None
        wanted = Reservation(
            id=reservation_id, evse=connector_id, id_token=id_tag, group=parent_id_tag or "", until=until
        )
        return call_result.ReserveNow(status=self.station.reserve(wanted).capitalize())

    @on(Action.cancel_reservation)
    def on_cancel_reservation(self, reservation_id: int, **_: Any) -> Any:
        return call_result.CancelReservation(status="Accepted" if self.station.cancel(reservation_id) else "Rejected")
