"""Finding entities by what people know of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.properties.children import children
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.storage.datastores import split_path
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.host.host import Host

__all__ = ["SearchIndex"]


class SearchIndex(ManagedObject):
    """The search index of an endpoint."""

    __slots__ = ()

    wsdl = "SearchIndex"

    def _machines(self) -> Iterator[Machine]:
        return iter(self.endpoint.machines.values())

    def _by_uuid(self, uuid: str, vm_search: bool, instance: bool) -> list[Ref]:
        wanted = uuid.lower()
        found: list[Machine] | list[Host]
        if vm_search and not instance:
            found = [m for m in self.endpoint.site.with_uuid(wanted) if m.number in self.endpoint.machines]
        elif vm_search:
            found = [m for m in self._machines() if m.config.instance_uuid == wanted]
        else:
            found = [host for host in self.endpoint.hosts if host.uuid == wanted]
        return [self.endpoint.ids.of(item) for item in found]

    def FindByUuid(
        self, call: "Call", uuid: str, vmSearch: bool, datacenter: Ref | None = None, instanceUuid: bool | None = None
    ) -> Ref | None:
        """Find the machine or host with the UUID."""
        del call, datacenter
        return next(iter(self._by_uuid(uuid, vmSearch, bool(instanceUuid))), None)

    def FindAllByUuid(
        self, call: "Call", uuid: str, vmSearch: bool, datacenter: Ref | None = None, instanceUuid: bool | None = None
    ) -> list[Ref]:
        """Find all machines or hosts with the UUID."""
        del call, datacenter
        return self._by_uuid(uuid, vmSearch, bool(instanceUuid))

    def _by_ip(self, ip: str, vm_search: bool) -> list[Ref]:
        if vm_search:
            return [self.endpoint.ids.of(m) for m in self._machines() if m.tools_running and m.address == ip]
        return [self.endpoint.ids.of(host) for host in self.endpoint.hosts if host.address == ip]

    def FindByIp(self, call: "Call", ip: str, vmSearch: bool, datacenter: Ref | None = None) -> Ref | None:
        """Find the machine or host with the address."""
        del call, datacenter
        return next(iter(self._by_ip(ip, vmSearch)), None)

    def FindAllByIp(self, call: "Call", ip: str, vmSearch: bool, datacenter: Ref | None = None) -> list[Ref]:
        """Find all machines or hosts with the address."""
        del call, datacenter
        return self._by_ip(ip, vmSearch)

    def _by_dns_name(self, name: str, vm_search: bool) -> list[Ref]:
        if vm_search:
            return [self.endpoint.ids.of(m) for m in self._machines() if m.tools_running and m.guest_name == name]
        return [self.endpoint.ids.of(host) for host in self.endpoint.hosts if name in {host.full_name, host.address}]

    def FindByDnsName(self, call: "Call", dnsName: str, vmSearch: bool, datacenter: Ref | None = None) -> Ref | None:
        """Find the machine or host of that name in DNS."""
        del call, datacenter
        return next(iter(self._by_dns_name(dnsName, vmSearch)), None)

    def FindAllByDnsName(self, call: "Call", dnsName: str, vmSearch: bool, datacenter: Ref | None = None) -> list[Ref]:
        """Find all machines or hosts of that name in DNS."""
        del call, datacenter
        return self._by_dns_name(dnsName, vmSearch)

    def FindByDatastorePath(self, call: "Call", datacenter: Ref, path: str) -> Ref | None:
        """Find the machine whose VMX file is at the datastore path."""
        if call.endpoint.find(datacenter, call.session) is None:
            raise Fault("ManagedObjectNotFound", f"The object '{datacenter}' does not exist.", obj=datacenter)
        try:
            store, wanted = split_path(path)
        except ValueError as error:
            raise Fault("InvalidDatastorePath", str(error), name=path, datastorePath=path) from error
        found = (m for m in self._machines() if m.datastore.name == store and m.vmx_file == wanted)
        return next((self.endpoint.ids.of(machine) for machine in found), None)

    def FindChild(self, call: "Call", entity: Ref, name: str) -> Ref | None:
        """Find the entity of that name directly below `entity`."""
        for ref in children(self.endpoint, entity):
            target = call.endpoint.find(ref, call.session)
            if target is not None and target.getters["name"](target) == name:
                return ref
        return None

    def FindByInventoryPath(self, call: "Call", inventoryPath: str) -> Ref | None:
        """Find the entity at a path below the root folder; names are percent-encoded as in the API."""
        ref: Ref | None = self.endpoint.ids.root_folder
        for part in inventoryPath.strip("/").split("/"):
            if ref is None or not part:
                continue
            ref = self.FindChild(call, ref, unquote(part)) or self.FindChild(call, ref, part)
        return ref
