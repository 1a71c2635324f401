"""Shut all running machines down by their guests, wait, and switch off those that do not follow.

usage: python graceful_shutdown.py URI SECONDS

Exits with 1 if a machine had to be switched off. Runs on libvirt-python, too.
"""

import sys
import time

import esxvirt.libvirt as libvirt


def main() -> int:
    uri, seconds = sys.argv[1], float(sys.argv[2])
    connection = libvirt.openAuth(uri, [[], lambda _wanted, _opaque: -1, None], 0)
    waiting = connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_RUNNING)
    for domain in waiting:
        try:
            domain.shutdown()
        except libvirt.libvirtError as error:  # without VMware Tools nobody can ask the guest
            print(f"{domain.name()}: {error}")
    end = time.monotonic() + seconds
    while waiting and time.monotonic() < end:
        time.sleep(0.2)
        waiting = [domain for domain in waiting if domain.isActive()]
    for domain in waiting:
        domain.destroy()
        print(f"{domain.name()}: switched off")
    connection.close()
    return 1 if waiting else 0


sys.exit(main())
