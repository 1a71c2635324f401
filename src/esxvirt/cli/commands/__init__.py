"""What there is to run: virsh's groups, their commands in the order of `help`, and the module that has each.

The table is all that a run imports besides the modules of the commands that it runs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from esxvirt.cli.declare import Group

if TYPE_CHECKING:
    from esxvirt.cli.declare import Command

__all__ = ["GROUPS", "command", "find", "group", "help_lines"]

GROUPS = (
    Group(
        "domain",
        "Domain Management",
        {
            "answer": "domain.questions",
            "attach-device": "domain.devices",
            "attach-disk": "domain.disks",
            "attach-interface": "domain.cards",
            "autostart": "domain.autostart",
            "await": "domain.waiting",
            "blkdeviotune": "domain.unsupported",
            "blkiotune": "domain.unsupported",
            "blockcommit": "domain.unsupported",
            "blockjob": "domain.unsupported",
            "blockpull": "domain.unsupported",
            "blockresize": "domain.unsupported",
            "change-media": "domain.media",
            "cpu-stats": "domain.unsupported",
            "create": "domain.starting",
            "define": "domain.defining",
            "desc": "domain.notes",
            "destroy": "domain.stopping",
            "detach-device": "domain.devices",
            "detach-device-alias": "domain.devices",
            "detach-disk": "domain.disks",
            "detach-interface": "domain.cards",
            "domdisplay": "domain.displays",
            "domfsinfo": "domain.filesystems",
            "domfstrim": "domain.unsupported",
            "domhostname": "domain.guest",
            "domid": "domain.names",
            "domif-setlink": "domain.cards",
            "domiftune": "domain.unsupported",
            "domjobabort": "domain.jobs",
            "domjobinfo": "domain.jobs",
            "domlaunchsecinfo": "domain.unsupported",
            "domname": "domain.names",
            "domrename": "domain.renaming",
            "dompmwakeup": "domain.unsupported",
            "domuuid": "domain.names",
            "domxml-from-native": "domain.native",
            "domxml-to-native": "domain.native",
            "dump": "domain.unsupported",
            "dumpxml": "domain.description",
            "edit": "domain.editing",
            "get-user-sshkeys": "domain.unsupported",
            "inject-nmi": "domain.unsupported",
            "iothreadinfo": "domain.unsupported",
            "iothreadadd": "domain.unsupported",
            "iothreaddel": "domain.unsupported",
            "memtune": "domain.memory",
            "perf": "domain.unsupported",
            "metadata": "domain.notes",
            "migrate": "domain.migrating",
            "migrate-setmaxdowntime": "domain.migration_tuning",
            "migrate-getmaxdowntime": "domain.migration_tuning",
            "migrate-compcache": "domain.migration_tuning",
            "migrate-setspeed": "domain.migration_tuning",
            "migrate-getspeed": "domain.migration_tuning",
            "migrate-postcopy": "domain.migration_tuning",
            "guest-agent-timeout": "domain.unsupported",
            "question": "domain.questions",
            "reboot": "domain.stopping",
            "reset": "domain.stopping",
            "restore": "domain.unsupported",
            "resume": "domain.stopping",
            "save": "domain.unsupported",
            "save-image-dumpxml": "domain.unsupported",
            "save-image-edit": "domain.unsupported",
            "schedinfo": "domain.processors",
            "screenshot": "domain.console",
            "set-user-password": "domain.unsupported",
            "send-key": "domain.console",
            "managedsave": "domain.unsupported",
            "managedsave-edit": "domain.unsupported",
            "managedsave-dumpxml": "domain.unsupported",
            "setmaxmem": "domain.memory",
            "setmem": "domain.memory",
            "setvcpus": "domain.processors",
            "shutdown": "domain.stopping",
            "start": "domain.starting",
            "suspend": "domain.stopping",
            "undefine": "domain.defining",
            "update-device": "domain.devices",
            "vcpucount": "domain.vcpus",
            "vcpuinfo": "domain.unsupported",
            "emulatorpin": "domain.unsupported",
            "vncdisplay": "domain.displays",
            "guestvcpus": "domain.guest_details",
            "domblkthreshold": "domain.unsupported",
            "guestinfo": "domain.guest_details",
            "domdirtyrate-calc": "domain.unsupported",
        },
    ),
    Group(
        "monitor",
        "Domain Monitoring",
        {
            "domblkerror": "monitor.blocks",
            "domblkinfo": "monitor.blocks",
            "domblklist": "monitor.blocks",
            "domblkstat": "monitor.blocks",
            "domcontrol": "monitor.state",
            "domif-getlink": "monitor.interfaces",
            "domifaddr": "domain.guest",
            "domiflist": "monitor.interfaces",
            "domifstat": "monitor.interfaces",
            "dominfo": "monitor.info",
            "dommemstat": "monitor.memory",
            "domstate": "monitor.state",
            "domstats": "monitor.statistics",
            "domtime": "monitor.clock",
            "list": "monitor.listing",
        },
    ),
    Group(
        "host",
        "Host and Hypervisor",
        {
            "allocpages": "host.pages",
            "capabilities": "host.capabilities",
            "cpu-baseline": "host.cpu_models",
            "cpu-compare": "host.cpu_models",
            "cpu-models": "host.capabilities",
            "domcapabilities": "host.capabilities",
            "freecell": "host.memory",
            "freepages": "host.pages",
            "hostname": "host.identity",
            "hosts": "host.inventory",
            "hypervisor-cpu-baseline": "host.cpu_models",
            "hypervisor-cpu-compare": "host.cpu_models",
            "maxvcpus": "host.capabilities",
            "node-memory-tune": "host.operating",
            "nodecpumap": "host.cpus",
            "nodecpustats": "host.cpus",
            "nodeinfo": "host.node",
            "nodememstats": "host.memory",
            "nodesevinfo": "host.operating",
            "nodesuspend": "host.operating",
            "sysinfo": "host.capabilities",
            "tree": "host.inventory",
            "uri": "host.identity",
            "version": "host.identity",
        },
    ),
    Group(
        "interface",
        "Interface",
        {
            "iface-begin": "interface.changing",
            "iface-bridge": "interface.bridges",
            "iface-commit": "interface.changing",
            "iface-define": "interface.changing",
            "iface-destroy": "interface.changing",
            "iface-dumpxml": "interface.info",
            "iface-edit": "interface.changing",
            "iface-list": "interface.info",
            "iface-mac": "interface.info",
            "iface-name": "interface.info",
            "iface-rollback": "interface.changing",
            "iface-start": "interface.changing",
            "iface-unbridge": "interface.bridges",
            "iface-undefine": "interface.changing",
        },
    ),
    Group(
        "network",
        "Networking",
        {
            "net-autostart": "network.switching",
            "net-create": "network.defining",
            "net-define": "network.defining",
            "net-destroy": "network.switching",
            "net-dhcp-leases": "network.info",
            "net-dumpxml": "network.info",
            "net-edit": "network.defining",
            "net-event": "network.events",
            "net-info": "network.info",
            "net-list": "network.listing",
            "net-name": "network.info",
            "net-start": "network.switching",
            "net-undefine": "network.defining",
            "net-update": "network.defining",
            "net-uuid": "network.info",
            "net-port-list": "network.ports",
            "net-port-create": "network.ports",
            "net-port-dumpxml": "network.ports",
            "net-port-delete": "network.ports",
        },
    ),
    Group(
        "snapshot",
        "Snapshot",
        {
            "snapshot-create": "snapshot.taking",
            "snapshot-create-as": "snapshot.taking",
            "snapshot-current": "snapshot.describing",
            "snapshot-delete": "snapshot.changing",
            "snapshot-dumpxml": "snapshot.describing",
            "snapshot-edit": "snapshot.editing",
            "snapshot-info": "snapshot.describing",
            "snapshot-list": "snapshot.listing",
            "snapshot-parent": "snapshot.describing",
            "snapshot-revert": "snapshot.changing",
        },
    ),
    Group(
        "pool",
        "Storage Pool",
        {
            "find-storage-pool-sources-as": "pool.sources",
            "find-storage-pool-sources": "pool.sources",
            "pool-autostart": "pool.state",
            "pool-build": "pool.state",
            "pool-create-as": "pool.defining",
            "pool-create": "pool.defining",
            "pool-define-as": "pool.defining",
            "pool-define": "pool.defining",
            "pool-delete": "pool.state",
            "pool-destroy": "pool.state",
            "pool-dumpxml": "pool.info",
            "pool-edit": "pool.defining",
            "pool-info": "pool.info",
            "pool-list": "pool.listing",
            "pool-name": "pool.info",
            "pool-refresh": "pool.state",
            "pool-start": "pool.state",
            "pool-undefine": "pool.state",
            "pool-uuid": "pool.info",
            "pool-event": "pool.sources",
            "pool-capabilities": "pool.info",
        },
    ),
    Group(
        "volume",
        "Storage Volume",
        {
            "vol-clone": "volume.making",
            "vol-create-as": "volume.making",
            "vol-create": "volume.making",
            "vol-create-from": "volume.making",
            "vol-delete": "volume.changing",
            "vol-download": "volume.moving",
            "vol-dumpxml": "volume.info",
            "vol-info": "volume.info",
            "vol-key": "volume.info",
            "vol-list": "volume.info",
            "vol-name": "volume.info",
            "vol-path": "volume.info",
            "vol-pool": "volume.info",
            "vol-resize": "volume.changing",
            "vol-upload": "volume.moving",
            "vol-wipe": "volume.changing",
        },
    ),
    Group(
        "virsh",
        "Virsh itself",
        {
            "cd": "itself.directories",
            "doctor": "itself.doctor",
            "echo": "itself.echo",
            "exit": "itself.leaving",
            "help": "itself.help",
            "logout": "itself.logout",
            "pwd": "itself.directories",
            "quit": "itself.leaving",
            "connect": "itself.connecting",
        },
    ),
)

_MODULES = {name: module for group_ in GROUPS for name, module in group_.commands.items()}


def find(name: str) -> Command | None:
    """The command of this name, or None."""
    return command(name) if name in _MODULES else None


def command(name: str) -> Command:
    """The command of this name.

    Raises:
        KeyError: there is none.
    """
    module = f"{__name__}.{_MODULES[name]}"
    __import__(module)
    commands: tuple[Command, ...] = sys.modules[module].COMMANDS
    return next(candidate for candidate in commands if candidate.name == name)


def group(keyword: str) -> Group | None:
    """The group of this keyword, or None."""
    return next((group_ for group_ in GROUPS if group_.keyword == keyword), None)


def help_lines(group_: Group) -> list[tuple[str, str]]:
    """Name and help line of each command of a group."""
    return [(name, command(name).help) for name in group_.commands]
