"""Licences."""

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.wire.values import Data

__all__ = ["LicenseManager"]


class LicenseManager(ManagedObject):
    """The licences of an endpoint."""

    __slots__ = ()

    wsdl = "LicenseManager"

    @provides("licensedEdition")
    def _get_licensed_edition(self) -> str:
        return ""

    @provides("licenses")
    def _get_licenses(self) -> list[Data]:
        name = f"{self.endpoint.profile.license_name} (evaluation)"
        key = "00000-00000-00000-00000-00000"
        return [Data("LicenseManagerLicenseInfo", licenseKey=key, editionKey="eval", name=name, total=0, costUnit="")]
