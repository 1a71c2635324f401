"""The iSCSI targets of a host's adapters."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.host.host_manager import HostManager
from esxvirt.sim.state.storage.luns import Adapter, Target
from esxvirt.sim.wire.values import Data, Fault

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["IscsiMethods"]

_PORT = 3260


class IscsiMethods(HostManager):
    """The methods of ``HostStorageSystem`` about targets. What comes is seen, and what goes is gone, by a rescan."""

    __slots__ = ()

    def _iscsi(self, device: str) -> Adapter:
        adapter = next((item for item in self.host.adapters if item.device == device), None)
        if adapter is None or not adapter.iscsi_name:
            raise Fault("NotFound", f"The object or item referred to could not be found: iSCSI adapter {device}.")
        return adapter

    def AddInternetScsiSendTargets(self, call: "Call", iScsiHbaDevice: str, targets: list[Data]) -> None:
        """Let an adapter ask at addresses for targets."""
        adapter = self._iscsi(iScsiHbaDevice)
        for item in targets:
            where = _where(item)
            if where in adapter.send_targets:
                raise Fault("AlreadyExists", f"The target {where[0]}:{where[1]} exists already.", name=where[0])
            adapter.send_targets.append(where)
        call.endpoint.site.touch()

    def RemoveInternetScsiSendTargets(
        self,
        call: "Call",
        iScsiHbaDevice: str,
        targets: list[Data],
        force: bool | None = None,
    ) -> None:
        """Let an adapter ask at addresses no more; by force, also where a target found there is in use."""
        adapter = self._iscsi(iScsiHbaDevice)
        for item in targets:
            where = _where(item)
            if where not in adapter.send_targets:
                raise Fault("NotFound", f"The target {where[0]}:{where[1]} could not be found.")
            if not force:
                self._refuse_used([target for target in adapter.targets if not target.static and target.where == where])
            adapter.send_targets.remove(where)
        call.endpoint.site.touch()

    def AddInternetScsiStaticTargets(self, call: "Call", iScsiHbaDevice: str, targets: list[Data]) -> None:
        """Let an adapter reach targets by their names."""
        adapter = self._iscsi(iScsiHbaDevice)
        for item in targets:
            where = _where(item)
            if not item.iScsiName:
                text = "A specified parameter was not correct: targets.iScsiName"
                raise Fault("InvalidArgument", text, invalidProperty="targets.iScsiName")
            if any((target.where, target.iscsi_name) == (where, item.iScsiName) for target in adapter.targets):
                raise Fault("AlreadyExists", f"The target {item.iScsiName} exists already.", name=item.iScsiName)
            adapter.add_static(item.iScsiName, *where)
        call.endpoint.site.touch()

    def RemoveInternetScsiStaticTargets(self, call: "Call", iScsiHbaDevice: str, targets: list[Data]) -> None:
        """Let an adapter reach targets no more."""
        adapter = self._iscsi(iScsiHbaDevice)
        for item in targets:
            wanted = (_where(item), item.iScsiName)
            found = [target for target in adapter.targets if (target.where, target.iscsi_name) == wanted]
            if not found:
                raise Fault("NotFound", f"The target {item.iScsiName} could not be found.")
            self._refuse_used(found)
            adapter.remove(found[0])
        call.endpoint.site.touch()

    def UpdateSoftwareInternetScsiEnabled(self, call: "Call", enabled: bool) -> None:
        """Let the host have its software initiator, or not; one with datastores stays."""
        found = [adapter for adapter in self.host.adapters if adapter.iscsi_name]
        if enabled and not found:
            name = f"iqn.1998-01.com.vmware:{self.host.name}-{self.host.number:08x}"
            self.host.adapters.append(Adapter("vmhba33", 33, "iSCSI Software Adapter", "iscsi_vmk", name))
        elif not enabled:
            self._refuse_used([target for adapter in found for target in adapter.targets])
            self.host.adapters = [adapter for adapter in self.host.adapters if not adapter.iscsi_name]
        call.endpoint.site.touch()

    def _refuse_used(self, targets: list[Target]) -> None:
        names = {lun.name for target in targets for lun in target.luns}
        used = next((store for store in self.host.datastores if store.disk in names), None)
        if used is not None:
            raise Fault("ResourceInUse", f"The resource is in use: datastore {used.name}.", type="", name=used.name)


def _where(item: Data) -> tuple[str, int]:
    if not item.address or not 0 <= (item.port if item.port is not None else _PORT) <= 65535:
        text = "A specified parameter was not correct: targets.address"
        raise Fault("InvalidArgument", text, invalidProperty="targets.address")
    return item.address, item.port or _PORT
