"""Write the machines of a server, or of a whole vCenter, as CSV: name, UUID, state, CPUs, memory, disks.

usage: python inventory_csv.py URI > machines.csv

The account comes from libvirt's auth file (see docs/connections.md). Runs on libvirt-python, too: `import libvirt`.
"""

import csv
import sys
from xml.etree import ElementTree

import esxvirt.libvirt as libvirt

STATES = {
    libvirt.VIR_DOMAIN_RUNNING: "running",
    libvirt.VIR_DOMAIN_PAUSED: "suspended",
    libvirt.VIR_DOMAIN_SHUTOFF: "off",
}


def disks(domain: libvirt.virDomain) -> str:
    """Return the files of a domain's disks, or why they cannot be told."""
    try:
        description = ElementTree.fromstring(domain.XMLDesc())
    except libvirt.libvirtError as error:
        return f"unknown: {error}"
    sources = description.iterfind("devices/disk[@device='disk']/source")
    return " ".join(source.get("file", "") for source in sources)


def main() -> None:
    connection = libvirt.openAuth(sys.argv[1], [[], lambda _wanted, _opaque: -1, None], libvirt.VIR_CONNECT_RO)
    table = csv.writer(sys.stdout)
    table.writerow(["name", "uuid", "state", "cpus", "memory MiB", "disks"])
    for domain in connection.listAllDomains():
        state, _maximum, memory, cpus, _time = domain.info()
        table.writerow(
            [domain.name(), domain.UUIDString(), STATES.get(state, "other"), cpus, memory // 1024, disks(domain)]
        )
    connection.close()


main()
