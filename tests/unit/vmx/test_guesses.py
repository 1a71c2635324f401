"""What is guessed where a value cannot be meant as it stands, and that each guess is told with its line."""

from collections.abc import Callable

import pytest

from esxvirt.vmx import Report, to_domain
from esxvirt.xml.domain import Domain

HEAD = 'config.version = "8"\nvirtualHW.version = "8"\n'


def device(name: str, **values: str) -> str:
    lines = [
        f'{name}.present = "TRUE"',
        *(f'{name}.{key.replace("_", ".")} = "{value}"' for key, value in values.items()),
    ]
    return "\n".join(lines)


def on_scsi(**values: str) -> str:
    return 'scsi0.present = "TRUE"\n' + device("scsi0:0", **values)


GUESSES: list[tuple[str, str, Callable[[Domain], object], object]] = [
    ('cpuid.coresPerSocket = "4"', "more than the 1 virtual CPUs; left out", lambda it: it.topology, None),
    ('sched.cpu.affinity = "0-3"', "no list of CPUs; left out", lambda it: it.cpuset, ()),
    ('sched.cpu.affinity = "99999"', "CPU 99999 cannot be", lambda it: it.cpuset, ()),
    ('numvcpus = "2"\nsched.cpu.affinity = "3"', "fewer than the 2 virtual ones", lambda it: it.cpuset, (3,)),
    ('sched.cpu.shares = "many"', "no number of shares; left out", lambda it: it.shares, None),
    ('uuid.bios = ""', "there is no UUID yet", lambda it: it.uuid, "00000000-0000-0000-0000-000000000000"),
    ('displayName = "100%"', "kept as it is", lambda it: it.name, "100%"),
    ('annotation = "a|zz"', "kept as it is", lambda it: it.description, "a|zz"),
    ('firmware = "coreboot"', "the firmware 'coreboot' is not known", lambda it: it.os.firmware, None),
    ('smbios.reflecthost = "yes"', "'yes' is read as true", lambda it: it.os.smbios, "host"),
    ('guestOS = "arm-ubuntu-64"', "a guest for ARM", lambda it: it.os.arch, "x86_64"),
    ('RemoteDisplay.vnc.enabled = "1"', "'1' is read as true", lambda it: len(it.graphics), 1),
    ('RemoteDisplay.vnc.enabled = "TRUE"\nRemoteDisplay.vnc.port = "70000"', "70000 is no port",
     lambda it: it.graphics[0].port, 70000),
    (on_scsi(fileName="a.vmdk", mode="independent-persistent"), "no word for the mode",
     lambda it: it.disks[0].transient, False),
    (on_scsi(fileName="a.vmdk", deviceType="cdrom-image"), "left out, as libvirt does", lambda it: len(it.disks), 0),
    (on_scsi(fileName="/dev/sdb", deviceType="rawDisk"), "a device of the host",
     lambda it: (it.disks[0].type, it.disks[0].source), ("block", "/dev/sdb")),
    (on_scsi(fileName="a.img", deviceType="cdrom-image"), "the medium of a CD-ROM drive",
     lambda it: (it.disks[0].device, it.disks[0].source), ("cdrom", "[datastore] directory/a.img")),
    ('scsi0.virtualDev = "x"\n' + on_scsi(fileName="a.vmdk"), "no SCSI controller model; left out",
     lambda it: it.controllers[0].model, None),
    ('scsi0:16.present = "TRUE"\n' + on_scsi(fileName="a.vmdk"), "no unit 16 on a SCSI controller",
     lambda it: len(it.disks), 1),
    (device("ide0:0", clientDevice="TRUE"), "a drive of the client's machine", lambda it: len(it.disks), 0),
    (device("floppy0", clientDevice="TRUE"), "a drive of the client's machine", lambda it: len(it.disks), 0),
    (device("ethernet0", networkName="n", addressType="generated", generatedAddress=""), "no MAC address yet",
     lambda it: it.interfaces[0].mac, "00:00:00:00:00:00"),
    (device("ethernet0", networkName="n", addressType="x", address="00:50:56:01:02:03", generatedAddress=""),
     "no MAC address yet", lambda it: it.interfaces[0].mac, "00:50:56:01:02:03"),
    (device("ethernet0", networkName="n", addressType="static", address="00-50-56-01-02-03"),
     "is read as 00:50:56:01:02:03",
     lambda it: it.interfaces[0].mac, "00:50:56:01:02:03"),
    (device("ethernet0", connectionType="vmnet2"), "'vmnet2' is read as a bridge",
     lambda it: it.interfaces[0].source, "vmnet2"),
    (device("ethernet0", connectionType="custom"), "taken to be 'vmnet0'",
     lambda it: it.interfaces[0].source, "vmnet0"),
    (device("ethernet0", connectionType="custom", networkName="n"), "no virtual network",
     lambda it: it.interfaces[0].source, "n"),
    (device("ethernet0"), "on no network", lambda it: it.interfaces[0].type, "null"),
    (device("ethernet0", virtualDev=""), "no model that libvirt knows; left out",
     lambda it: it.interfaces[0].model, None),
    (device("ethernet0", dvs_switchId="", networkName="n"), "", lambda it: it.interfaces[0].source, "n"),
    (device("serial0", fileType="file"), "no file name", lambda it: it.serials[0].type, "null"),
    (device("serial0", fileType="pipe"), "no file name", lambda it: it.serials[0].type, "null"),
    (device("serial0", fileType="network", fileName="udp://h:1"), "no word for 'udp'",
     lambda it: it.serials[0].type, "null"),
    (device("serial0", fileType="network", fileName="tcp://[::1"), "is no PROTOCOL",
     lambda it: it.serials[0].type, "null"),
    (device("serial0", fileType="network", fileName="tcp://h:1", network_endPoint="x"), "read as server",
     lambda it: it.serials[0].mode, "bind"),
    (device("serial7", fileType="device", fileName="/dev/ttyS0"), "", lambda it: it.serials[0].port, 7),
    (device("parallel0", fileType="network"), "nothing behind it", lambda it: it.parallels[0].type, "null"),
    (device("parallel0", fileType="file"), "no file name", lambda it: it.parallels[0].type, "null"),
    (device("pciPassthru0"), "whose place is not said", lambda it: it.host_devices, []),
    (device("pciPassthru0", id="00000:300:00.0"), "bus 300 cannot be", lambda it: it.host_devices, []),
    (device("usb"), "left out, as libvirt does", lambda it: it.controllers, []),
    ('isolation.tools.hgfs.disable = "FALSE"\nsharedFolder.maxNum = "1"\n' + device("sharedFolder0", enabled="TRUE"),
     "a folder without path or name", lambda it: it.filesystems, []),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "note", "look", "value"), GUESSES, ids=[lines for lines, *_rest in GUESSES])
def test_a_guess(lines: str, note: str, look: Callable[[Domain], object], value: object) -> None:
    report = Report()
    domain = to_domain(HEAD + lines + "\n", report=report)
    assert look(domain) == value
    if note:
        told = [each for each in report if note in each.text]
        assert len(told) == 1, str(report)
        assert told[0].line > 2
        assert told[0].key.lower() in lines.lower()


def test_a_folder_for_any_number_of_folders() -> None:
    lines = 'isolation.tools.hgfs.disable = "FALSE"\nsharedFolder.maxNum = "99999999999"\n'
    lines += device("sharedFolder3", enabled="TRUE", hostPath="/a", guestName="b", writeAccess="TRUE")
    folders = to_domain(HEAD + lines).filesystems
    assert [(each.source, each.target, each.read_only) for each in folders] == [("/a", "b", False)]
