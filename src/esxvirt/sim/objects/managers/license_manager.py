"""Licences."""

from esxvirt.sim import licences
from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.wire.values import Data, long

__all__ = ["LicenseManager"]


class LicenseManager(ManagedObject):
    """The licences of an endpoint."""

    __slots__ = ()

    wsdl = "LicenseManager"

    @provides("licensedEdition")
    def _get_licensed_edition(self) -> str:
        return ""

    @provides("source")
    def _get_source(self) -> Data:
        return Data("EvaluationLicenseSource", remainingHours=long(1440))

    @provides("sourceAvailable")
    def _get_source_available(self) -> bool:
        return True

    @provides("evaluation")
    def _get_evaluation(self) -> Data:
        return Data("LicenseManagerEvaluationInfo", properties=[])

    @provides("licenses")
    def _get_licenses(self) -> list[Data]:
        if self.endpoint.access.restricted:
            key, edition, name = "0A0A0-00000-00000-00000-00000", "esxBasic.vram", licences.FREE
        else:
            key, edition = "00000-00000-00000-00000-00000", "eval"
            name = f"{self.endpoint.profile.license_name} (evaluation)"
        return [Data("LicenseManagerLicenseInfo", licenseKey=key, editionKey=edition, name=name, total=0, costUnit="")]
