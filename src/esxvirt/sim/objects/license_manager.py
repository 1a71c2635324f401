"""Licences."""

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
        name = f"{self.endpoint.profile.license_name} (evaluation)"
        key = "00000-00000-00000-00000-00000"
        return [Data("LicenseManagerLicenseInfo", licenseKey=key, editionKey="eval", name=name, total=0, costUnit="")]
