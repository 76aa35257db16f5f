"""Certificates, as a simulated 2.0.1 station handles them (A02, A03, M03 to M05)."""

from typing import Any

from ocpp.routing import on
from ocpp.v201 import call, call_result
from ocpp.v201.enums import Action

from backend.simulator import certificates
from backend.simulator.wire import Speaking

Json = dict[str, Any]
KINDS = {
    "SignChargingStationCertificate": "ChargingStationCertificate",
    "SignV2GCertificate": "V2GCertificate",
    "SignCombinedCertificate": None,
}
"""What it is asked for → the kind of certificate it then wants; None: one for both."""
SETTLED_S = 5.0


class Certificates201(Speaking):
    """Mixed into the wire of 2.0.1."""

    async def want_certificate(self) -> None:
        """Some moments after it was accepted."""
        await self.station.clock.sleep(SETTLED_S)
        if certificates.due(self.station, self.station.clock.now()):
            await self.ask_to_sign("ChargingStationCertificate")

    async def ask_to_sign(self, kind: str | None) -> None:
        csr = certificates.wish(self.station)
        await self.ask(call.SignCertificate(csr=csr, certificate_type=kind))

    @on(Action.certificate_signed)
    def on_certificate_signed(self, certificate_chain: str, **_: Any) -> Any:
        taken = certificates.take(self.station, certificate_chain)
        return call_result.CertificateSigned(status="Accepted" if taken else "Rejected")

    @on(Action.install_certificate)
    def on_install_certificate(self, certificate_type: str, certificate: str, **_: Any) -> Any:
        return call_result.InstallCertificate(status=certificates.install(self.station, certificate_type, certificate))

    @on(Action.get_installed_certificate_ids)
    def on_get_installed_certificate_ids(self, certificate_type: list[str] | None = None, **_: Any) -> Any:
        found = certificates.installed(self.station, certificate_type)
        return call_result.GetInstalledCertificateIds(
            status="Accepted" if found else "NotFound", certificate_hash_data_chain=found or None
        )

    @on(Action.delete_certificate)
    def on_delete_certificate(self, certificate_hash_data: Json, **_: Any) -> Any:
        return call_result.DeleteCertificate(status=certificates.delete(self.station, certificate_hash_data))
