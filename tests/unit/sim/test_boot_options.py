"""What machines boot from: the API's `VirtualMachineBootOptions`, and the settings of the VMX file."""

from typing import Any

import pytest

from esxvirt.sim.wire.values import Data
from tests.unit.sim.inside import Inside
from tests.unit.sim.test_machines import done, failed, vmx_of

KIND = "VirtualMachineBootOptionsBootable"
DISK, CARD = 2000, 4000


def spec(order: list[Data], **more: Any) -> Data:
    options = Data("VirtualMachineBootOptions", bootOrder=order, **more)
    return Data("VirtualMachineConfigSpec", bootOptions=options)


def of(kind: str, key: int | None = None) -> Data:
    return Data(f"{KIND}{kind}Device") if key is None else Data(f"{KIND}{kind}Device", deviceKey=key)


def shown(inside: Inside, name: str = "archive") -> str:
    return inside.read(inside.machine(name), "config.bootOptions")


def set_file(inside: Inside, **options: str) -> None:
    values = [Data("OptionValue", key=key.replace("_", "."), value=value) for key, value in options.items()]
    done(
        inside, "ReconfigVM_Task", inside.machine("archive"), spec=Data("VirtualMachineConfigSpec", extraConfig=values)
    )


@pytest.fixture
def esx() -> Inside:
    return Inside("esx-7.0")


def test_a_machine_that_was_told_nothing(esx: Inside) -> None:
    assert "<bootDelay>0</bootDelay><enterBIOSSetup>false</enterBIOSSetup>" in shown(esx)
    assert "bootOrder" not in shown(esx)


def test_it_is_written_to_the_file_and_read_from_it(esx: Inside) -> None:
    order = [of("Ethernet", CARD), of("Disk", DISK)]
    done(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(order, bootDelay=5000))
    text = vmx_of(esx, "archive")
    assert 'bios.bootOrder = "ethernet0,hdd"' in text
    assert 'bios.hddOrder = "scsi0:0"' in text
    told = shown(esx)
    assert "<bootDelay>5000</bootDelay>" in told
    assert told.index("BootableEthernetDevice") < told.index("BootableDiskDevice")
    assert f"<deviceKey>{DISK}</deviceKey>" in told
    # An order of nothing in particular is none; without the field, all stays.
    done(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec([], bootDelay=0))
    assert "BootableDiskDevice" in shown(esx)
    done(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec([Data(f"{KIND}Device")]))
    assert "bios.bootOrder" not in vmx_of(esx, "archive")
    assert "bios.hddOrder" not in vmx_of(esx, "archive")


def test_what_a_file_says(esx: Inside) -> None:
    set_file(esx, bios_bootOrder="CDROM, hdd,ethernet7,usb", bios_hddOrder="scsi3:0,scsi0:0")
    told = shown(esx)
    assert told.index("BootableCdromDevice") < told.index("BootableDiskDevice")
    assert told.count("deviceKey") == 2
    assert "Ethernet" not in told
    # Which disks is for `bios.hddOrder` to say.
    set_file(esx, bios_hddOrder="")
    assert "BootableDiskDevice" not in shown(esx)


@pytest.mark.parametrize(
    "order",
    [
        [of("Disk", 2001)],
        [of("Ethernet", 4007)],
        [of("Ethernet", DISK)],
        [of("Floppy")],
        [of("Disk", DISK), of("Disk", DISK)],
        [Data(f"{KIND}Device"), of("Disk", DISK)],
    ],
    ids=str,
)
def test_what_the_machine_has_not_is_refused(esx: Inside, order: list[Data]) -> None:
    fault = failed(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(order))
    assert (fault.type_name, fault.invalidProperty) == ("InvalidArgument", "configSpec.bootOptions.bootOrder")
    assert "bios." not in vmx_of(esx, "archive")


@pytest.mark.parametrize(("profile", "told"), [("esx-4.1", False), ("esx-5.0", True), ("vcenter-6.7", True)])
def test_the_api_has_it_since_5(profile: str, told: bool) -> None:
    inside = Inside(profile)
    set_file(inside, bios_bootOrder="ethernet0")
    assert ("BootableEthernetDevice" in shown(inside)) == told


def test_locked_memory_and_nested_virtualization(esx: Inside) -> None:
    machine = esx.machine("archive")
    change = Data("VirtualMachineConfigSpec", nestedHVEnabled=True, memoryReservationLockedToMax=True)
    done(esx, "ReconfigVM_Task", machine, spec=change)
    assert 'vhv.enable = "TRUE"' in vmx_of(esx, "archive")
    assert 'sched.mem.pin = "TRUE"' in vmx_of(esx, "archive")
    for name in ("nestedHVEnabled", "memoryReservationLockedToMax"):
        assert ">true</val>" in esx.read(machine, f"config.{name}")
        assert ">false</val>" in esx.read(esx.machine("web"), f"config.{name}")
    running = Data("VirtualMachineConfigSpec", nestedHVEnabled=True)
    assert failed(esx, "ReconfigVM_Task", esx.machine("web"), spec=running).type_name == "InvalidPowerState"
