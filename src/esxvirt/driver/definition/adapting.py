"""XML of KVM and other hypervisors as a machine for a host: on its networks, with its images on its datastores."""

from esxvirt.datastore_path import DatastorePath
from esxvirt.driver._late import description
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.definition.native import hardware_version
from esxvirt.driver.network.attachable import Networks
from esxvirt.driver.storage.datastores import datastores_of
from esxvirt.errors import EsxvirtError
from esxvirt.vmx import Report
from esxvirt.vsphere.inventory import Row
from esxvirt.xml.domain import Domain

__all__ = ["adapted"]


def adapted(
    connection: Connection, xml: str, rows: list[Row], named: HostPlace | None, report: Report, *, validate: bool
) -> tuple[Domain, DatastorePath | None]:
    """Read a domain's XML as a machine for a host. No SOAP call.

    Args:
        connection: The connection.
        xml: The domain's.
        rows: Of the hosts' datastores, and of their networks.
        named: The host that was named; None for whichever it will be.
        report: Gets a note for each change.
        validate: Whether the XML must fit libvirt's schema.

    Returns:
        The domain, and the folder that was chosen for images that are paths of another host; None if there are none.

    Raises:
        EsxvirtError: The XML is none, or of what ESX does not have; or where its images belong is not clear.
    """
    scope = connection.scope
    host = named.ref if named is not None else None
    stores = [store.name for store in datastores_of(rows, host, of_several=host is None and not scope.is_one_host)]

    chosen: list[DatastorePath] = []

    def image_folder() -> DatastorePath:
        if len(stores) == 1:
            chosen.append(DatastorePath(stores[0], target.name))
            return chosen[0]
        known = ", ".join(f"'{name}'" for name in sorted(set(stores)))
        raise EsxvirtError(
            "the images of the disks are paths of another host, and which datastore they are to be on is not said: "
            f"name one in the XML, as in <source file='[datastore] {target.name}/disk.vmdk'/>; there are "
            f"{known or 'none'}"
        )

    networks = Networks(rows, host).names
    target = description.Target(
        hardware_version(connection), report, image_folder=image_folder, networks=tuple(networks)
    )
    return description.adapted_domain(xml, target, validate=validate), next(iter(chosen), None)
