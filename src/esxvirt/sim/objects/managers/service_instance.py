"""The service instance: the way in."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.managers.service_migration import MigrationMethods
from esxvirt.sim.wire.values import Data

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["ServiceInstance"]


class ServiceInstance(MigrationMethods):
    """The root of the API."""

    __slots__ = ()

    wsdl = "ServiceInstance"

    @provides("content")
    def _get_content(self) -> Data:
        managers = {name: ref for name, ref in self.endpoint.managers.items() if name in _CONTENT}
        return Data("ServiceContent", rootFolder=self.endpoint.ids.root_folder, about=self._get_about(), **managers)

    @provides("content.about")
    def _get_about(self) -> Data:
        profile = self.endpoint.profile
        licensed = (
            {}
            if profile.release < (4, 0)
            else {
                "licenseProductName": profile.license_name,
                "licenseProductVersion": f"{profile.release[0]}.0",
            }
        )
        instance = {}
        if profile.is_vcenter:
            instance["instanceUuid"] = self.endpoint.site.identity
        return Data(
            "AboutInfo",
            name=profile.product,
            fullName=profile.full_name,
            vendor="VMware, Inc.",
            version=profile.version,
            build=profile.build,
            localeVersion="INTL",
            localeBuild="000",
            osType=profile.os_type,
            productLineId=profile.product_line_id,
            apiType=profile.api_type,
            apiVersion=profile.api_text,
            **instance,
            **licensed,
        )

    @provides("serverClock")
    def _get_server_clock(self) -> datetime:
        return datetime.now(UTC)

    @provides("capability")
    def _get_capability(self) -> Data:
        vcenter = self.endpoint.host is None
        return Data(
            "Capability",
            provisioningSupported=vcenter,
            multiHostSupported=vcenter,
            userShellAccessSupported=not vcenter,
        )

    def RetrieveServiceContent(self, call: "Call") -> Data:
        """Return the service content; anybody may ask."""
        del call
        return self._get_content()

    def CurrentTime(self, call: "Call") -> datetime:
        """Return the server's clock."""
        del call
        return datetime.now(UTC)


_CONTENT = frozenset({
    "propertyCollector", "viewManager", "sessionManager", "searchIndex", "perfManager", "taskManager", "eventManager",
    "ovfManager", "fileManager", "virtualDiskManager", "licenseManager", "authorizationManager", "setting",
    "customFieldsManager", "alarmManager", "scheduledTaskManager", "userDirectory", "diagnosticManager",
    "accountManager", "extensionManager",
})  # fmt: skip
