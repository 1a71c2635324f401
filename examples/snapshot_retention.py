"""Take a snapshot of each machine that is named, and remove those of ours that are older than some days.

usage: python snapshot_retention.py URI DAYS NAME...

Only snapshots whose names begin with "nightly-" are removed, children stay. Runs on libvirt-python, too.
"""

import sys
import time
from xml.etree import ElementTree

import esxvirt.libvirt as libvirt

PREFIX = "nightly-"


def made_at(snapshot: libvirt.virDomainSnapshot) -> int:
    """Return when a snapshot was taken, in seconds since 1970."""
    return int(ElementTree.fromstring(snapshot.getXMLDesc()).findtext("creationTime", "0"))


def main() -> None:
    uri, days, *names = sys.argv[1:]
    now = time.time()
    connection = libvirt.openAuth(uri, [[], lambda _wanted, _opaque: -1, None], 0)
    for name in names:
        domain = connection.lookupByName(name)
        title = f"{PREFIX}{time.strftime('%Y%m%dT%H%M%S', time.gmtime(now))}.{int(now * 1000) % 1000:03}"
        domain.snapshotCreateXML(f"<domainsnapshot><name>{title}</name></domainsnapshot>")
        print(f"{name}: took {title}")
        for snapshot in domain.listAllSnapshots():
            ours = snapshot.getName().startswith(PREFIX) and snapshot.getName() != title
            if ours and now - made_at(snapshot) > float(days) * 86400:
                snapshot.delete()
                print(f"{name}: removed {snapshot.getName()}")
    connection.close()


main()
