"""Keys of VMX files that say nothing of the machine which domain XML could carry: no report mentions them.

Two kinds: what VMware writes for itself, whatever the value; and what is so without the key, for the values named here.
All other keys that a conversion leaves out have a line in its report.
"""

import re
from functools import lru_cache
from typing import NamedTuple

__all__ = ["SILENT", "Silent", "is_silent"]


class Silent(NamedTuple):
    """Keys that need no line.

    Attributes:
        keys: ``#`` stands for a number, ``*`` for anything.
        why: the reason.
        values: for which values, in lower case; none for any.
    """

    keys: tuple[str, ...]
    why: str
    values: tuple[str, ...] = ()


_NO = ("false", "0", "no", "off")
_YES = ("true", "1", "yes", "on")


def _silent(keys: str, why: str, values: tuple[str, ...] = ()) -> Silent:
    return Silent(tuple(keys.split()), why, values)


SILENT = (
    _silent(
        """
        *.pciSlotNumber *.redo vmci#.id *.sasWWID nvme#.subnqnUUID ethernet#.generatedAddressOffset usb:#.port
        usb:#.parent usb:#.speed ehci:#.port ehci:#.parent ehci:#.speed usb_xhci:#.port usb_xhci:#.parent
        usb_xhci:#.speed pciPassthru#.deviceId pciPassthru#.vendorId pciPassthru#.systemId
        """,
        "VMware gives every device its place and its numbers, and gives them again to a new machine",
    ),
    _silent(
        """
        cleanShutdown softPowerOff checkpoint.* vmotion.* migrate.hostLog migrate.hostLogState migrate.migrationId
        replay.* numa.autosize.* monitor.phys_bits_used hostCPUID.* guestCPUID.* userCPUID.* evcCompatibilityMode
        svga.guestBackedPrimaryAware tools.capability.* toolsInstallManager.* tools.remindInstall
        guestInfo.detailed.data guestOS.detailed.data guestInfo.vmtools.* guestInfo.driver.* guestInfo.appInfo
        guestInfo.toolsInstallErrCode vmware.tools.* unity.* vmxstats.* policy.vm.* inVMTeam svga.vramSize.*
        tools.deployPkg.* vmx.reboot.* sharedFolder.maxNum config.readOnly viv.* vtpm.ek* vm.createDate
        vm.lastPowerRequestTimestamp guest.commands.* cpuid.coresPerSocket.cookie debugStub.winOffsets.*
        messageBus.tunnelEnabled roamingVM.*
        """,
        "VMware's notes of how the machine last ran, which it writes anew",
    ),
    _silent(
        """
        nvram extendedConfigFile vmxstats.filename log.* vmx.log.* logging sched.swap.derivedName fileSearchPath
        workingDir snapshot.numSnapshots snapshot.current snapshot.redoNotWithParent suspend.directory
        checkpoint.vmState
        """,
        "names of files that VMware makes beside the machine's, and how it keeps its log",
    ),
    _silent(
        """
        .encoding uuid.location uuid.action vc.uuid virtualHW.version virtualHW.productCompatibility guestOSAltName
        config.version deploymentPlatform answer.*
        """,
        "which file, product, version and inventory the machine is of: what it becomes a machine of says that anew",
    ),
    _silent(
        """
        gui.* hint.* hints.* pref.* vmWizard.* keyboardAndMouseProfile powerType.* toolScripts.*
        tools.upgrade.policy proxyApps.* hgfs.* ethernet#.displayName ethernet#.bsdName usb.vbluetooth.*
        sound.fileName sound.autodetect mks.keyboardFilter tools.guest.desktop.autolock
        """,
        "how VMware's own windows and buttons work",
    ),
    _silent(
        """
        pciBridge#.* pciBridge#:#.* hpet#.present
        """,
        "every machine of VMware's has it, and a new one gets it",
    ),
    _silent(
        """
        vmci#.present svga.present svga.autodetect
        """,
        "every machine has it",
        _YES,
    ),
    _silent(
        """
        svga.autodetect
        """,
        "so it is where `svga.vramSize` tells the size",
        _NO,
    ),
    _silent(
        """
        *.startConnected *.allowGuestConnectionControl ethernet#.wakeOnPcktRcv ethernet#.uptCompatibility
        serial#.yieldOnMsrRead sharedFolder#.readAccess
        """,
        "so it is without the key",
        _YES,
    ),
    _silent(
        """
        *.present *.autodetect *.clientDevice *.exclusive *.readonly *.writeThrough
        ethernet#.linkStatePropagation.enable vcpu.hotadd vcpu.hotremove mem.hotadd mem.hotremove vhv.enable
        vvtd.enable vpmc.enable vbs.enabled mks.enable3d tools.syncTime uefi.secureBoot.enabled
        chipset.onlineStandby disk.EnableUUID ctkEnabled *.ctkEnabled sched.mem.pin sched.cpu.min sched.mem.min
        sched.mem.minSize bios.bootDelay bios.forceSetupOnce msg.autoAnswer serial#.tryNoRxLoss
        serial#.hardwareFlowControl usb.generic.autoconnect tools.upgrade.auto rtc.diffFromUTC ulm.disableMitigations
        snapshot.disabled snapshot.numRollingTiers vmci#.unrestricted printers.enabled
        """,
        "so it is without the key",
        _NO,
    ),
    _silent(
        """
        cpuid.*
        """,
        "a mask that leaves each bit as the host has it",
        ("---- ---- ---- ---- ---- ---- ---- ----", "----:----:----:----:----:----:----:----", "-" * 32),
    ),
    _silent(
        """
        sched.cpu.max sched.mem.max sched.*.throughputCap RemoteDisplay.maxConnections
        """,
        "no limit, as without the key",
        ("unlimited", "-1", "off"),
    ),
    _silent(
        """
        sched.*.shares *.shares priority.grabbed priority.ungrabbed sched.cpu.latencySensitivity sched.cpu.affinity
        sched.mem.affinity sched.cpu.units sched.cpu.htsharing *.mode firmware svga.numDisplays
        ftcpt.ftEncryptionMode migrate.encryptionMode snapshot.action sharedFolder#.expiration
        """,
        "so it is without the key",
        (
            "normal",
            "all",
            "mhz",
            "any",
            "persistent",
            "bios",
            "1",
            "ftencryptionopportunistic",
            "opportunistic",
            "keep",
            "never",
        ),
    ),
)


def _pattern(keys: tuple[str, ...]) -> str:
    return "|".join(re.escape(key.lower()).replace(r"\#", r"\d+").replace(r"\*", ".*") for key in keys)


_ALWAYS = re.compile("|".join(_pattern(silent.keys) for silent in SILENT if not silent.values))
_BY_VALUE = [(re.compile(_pattern(silent.keys)), frozenset(silent.values)) for silent in SILENT if silent.values]


def is_silent(key: str, value: str) -> bool:
    """Return whether a key, in lower case, says nothing with this value."""
    if _is_bookkeeping(key) or not value.strip():
        return True
    lowered = value.strip().lower()
    return any(lowered in values for values in _values_of(key))


# Machines have the same keys, again and again.
@lru_cache(maxsize=4096)
def _is_bookkeeping(key: str) -> bool:
    return _ALWAYS.fullmatch(key) is not None


@lru_cache(maxsize=4096)
def _values_of(key: str) -> tuple[frozenset[str], ...]:
    return tuple(values for pattern, values in _BY_VALUE if pattern.fullmatch(key))
