"""The machines whose descriptions are converted: a small one and a large one, without names that need a server."""

__all__ = ["MACHINES", "vmx", "xml"]

# Disks, network cards and serial ports of each.
MACHINES = {"small": (1, 1, 0), "large": (40, 10, 4)}


def vmx(disks: int, cards: int, ports: int) -> str:
    """A VMX file; names of disk images are bare, so that no datastore has to be asked for."""
    lines = [
        'config.version = "8"',
        'virtualHW.version = "7"',
        'displayName = "machine"',
        'guestOS = "rhel6-64"',
        'uuid.bios = "50 11 5e 16 9b dc 49 d7-f1 71 53 c4 d7 f9 17 10"',
        'memsize = "2048"',
        'numvcpus = "2"',
    ]
    for controller in range(-(-disks // 15)):
        lines += [f'scsi{controller}.present = "true"', f'scsi{controller}.virtualDev = "lsilogic"']
    for number in range(disks):
        name = f"scsi{number // 15}:{_unit(number)}"
        lines += [
            f'{name}.present = "true"',
            f'{name}.deviceType = "scsi-hardDisk"',
            f'{name}.fileName = "disk{number}.vmdk"',
        ]
    for number in range(cards):
        lines += [
            f'ethernet{number}.present = "true"',
            f'ethernet{number}.networkName = "VM Network"',
            f'ethernet{number}.connectionType = "bridged"',
            f'ethernet{number}.addressType = "vpx"',
            f'ethernet{number}.generatedAddress = "00:50:56:91:48:{number:02x}"',
        ]
    for number in range(ports):
        lines += [
            f'serial{number}.present = "true"',
            f'serial{number}.fileType = "file"',
            f'serial{number}.fileName = "serial{number}.log"',
        ]
    return "\n".join(lines) + "\n"


def xml(disks: int, cards: int, ports: int) -> str:
    """The XML of the same machine; names of disk images are absolute paths, for the same reason."""
    devices = [
        f"<disk type='file' device='disk'><source file='/vm/disk{number}.vmdk'/>"
        f"<target dev='{_name(number)}' bus='scsi'/>"
        f"<address type='drive' controller='{number // 15}' bus='0' target='0' unit='{_unit(number)}'/></disk>"
        for number in range(disks)
    ]
    devices += [f"<controller type='scsi' index='{number}' model='lsilogic'/>" for number in range(-(-disks // 15))]
    devices += [
        f"<interface type='bridge'><mac address='00:50:56:91:48:{number:02x}'/>"
        "<source bridge='VM Network'/></interface>"
        for number in range(cards)
    ]
    devices += [
        f"<serial type='file'><source path='/vm/serial{number}.log'/><target port='{number}'/></serial>"
        for number in range(ports)
    ]
    return (
        "<domain type='vmware'><name>machine</name><uuid>50115e16-9bdc-49d7-f171-53c4d7f91710</uuid>"
        "<memory unit='MiB'>2048</memory><vcpu>2</vcpu><os><type arch='x86_64'>hvm</type></os>"
        f"<devices>{''.join(devices)}</devices></domain>\n"
    )


def _unit(number: int) -> int:
    """Units of a controller count from 0 without 7, which is its own."""
    unit = number % 15
    return unit + 1 if unit >= 7 else unit


def _name(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return f"sd{letters}"
