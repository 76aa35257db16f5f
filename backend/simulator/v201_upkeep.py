"""What a 2.0.1 station is asked beyond charging: firmware, logs, the local list, reservations."""

from typing import Any

from ocpp.routing import after, on
from ocpp.v201 import call, call_result
from ocpp.v201.enums import Action

from backend.simulator import promises, upkeep
from backend.simulator.promises import Reservation
from backend.simulator.wire import Speaking, when

FIRMWARE = {
    "downloading": "Downloading",
    "downloaded": "Downloaded",
    "download_failed": "DownloadFailed",
    "installing": "Installing",
    "rebooting": "InstallRebooting",
}
UPLOAD = {"uploading": "Uploading", "uploaded": "Uploaded", "upload_failed": "UploadFailure"}
LOGS = {"DiagnosticsLog": "diagnostics", "SecurityLog": "security"}


class Upkeep201(Speaking):
    """Mixed into the wire of 2.0.1."""

    async def installed(self, request: int) -> None:
        await self.ask(call.FirmwareStatusNotification(status="Installed", request_id=request))

    async def reservation_expired(self, reservation_id: int) -> None:
        await self.ask(call.ReservationStatusUpdate(reservation_id=reservation_id, reservation_update_status="Expired"))

    @on(Action.update_firmware)
    def on_update_firmware(self, firmware: dict[str, Any], **_: Any) -> Any:
        # It has no means to check a signature, and says so instead of installing what may be anybody's.
        return call_result.UpdateFirmware(status="Rejected" if firmware.get("signature") else "Accepted")

    @after(Action.update_firmware)
    def after_update_firmware(self, request_id: int, firmware: dict[str, Any], **_: Any) -> None:
        if firmware.get("signature"):
            return

        async def tell(state: str) -> None:
            if state == "rebooting":
                self.station.memory.installed = request_id
            await self.ask(call.FirmwareStatusNotification(status=FIRMWARE[state], request_id=request_id))

        at = when(firmware.get("retrieve_date_time"))
        self.aside(upkeep.update_firmware(self.station, firmware["location"], at, tell))

    @on(Action.get_log)
    def on_get_log(self, log_type: str, **_: Any) -> Any:
        return call_result.GetLog(status="Accepted", filename=upkeep.file_name(self.station, LOGS[log_type]))

    @after(Action.get_log)
    def after_get_log(self, log: dict[str, Any], log_type: str, request_id: int, **_: Any) -> None:
        async def tell(state: str) -> None:
            await self.ask(call.LogStatusNotification(status=UPLOAD[state], request_id=request_id))

        self.aside(upkeep.upload_log(self.station, log["remote_location"], LOGS[log_type], tell))

    @on(Action.get_local_list_version)
    def on_get_local_list_version(self, **_: Any) -> Any:
        return call_result.GetLocalListVersion(version_number=self.station.memory.list_version)

    @on(Action.send_local_list)
    def on_send_local_list(
        self,
        version_number: int,
        update_type: str,
        local_authorization_list: list[dict[str, Any]] | None = None,
        **_: Any,
    ) -> Any:
        entries = promises.listed201(local_authorization_list)
        done = self.station.take_list(version_number, entries, full=update_type == "Full")
        return call_result.SendLocalList(status="Accepted" if done else "VersionMismatch")

    @on(Action.reserve_now)
    def on_reserve_now(
        self,
        id: int,
        expiry_date_time: str,
        id_token: dict[str, Any],
        evse_id: int | None = None,
        group_id_token: dict[str, Any] | None = None,
        **_: Any,
    ) -> Any:
        until = when(expiry_date_time)
        assert until is not None
        group = group_id_token["id_token"] if group_id_token else ""
        wanted = Reservation(id=id, evse=evse_id or 0, id_token=id_token["id_token"], group=group, until=until)
        return call_result.ReserveNow(status=self.station.reserve(wanted).capitalize())

    @on(Action.cancel_reservation)
    def on_cancel_reservation(self, reservation_id: int, **_: Any) -> Any:
        return call_result.CancelReservation(status="Accepted" if self.station.cancel(reservation_id) else "Rejected")
