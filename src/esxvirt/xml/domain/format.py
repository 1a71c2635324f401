"""Writing `<domain>` as libvirt writes it, byte for byte."""

from esxvirt.xml.bitmap import format_cpus
from esxvirt.xml.domain.chardevs import format_char_device
from esxvirt.xml.domain.controllers import format_controller
from esxvirt.xml.domain.disks import format_disk
from esxvirt.xml.domain.filesystems import format_filesystem
from esxvirt.xml.domain.graphics import format_graphics, format_video
from esxvirt.xml.domain.hardware import format_host_device, format_sound, format_tpm
from esxvirt.xml.domain.interfaces import format_interface
from esxvirt.xml.domain.metadata import format_metadata
from esxvirt.xml.domain.model import FIRMWARE_FEATURES, NESTED_FEATURES, VMWARE_NAMESPACE, Domain
from esxvirt.xml.text import Lines, escape

__all__ = ["format_domain"]


def format_domain(domain: Domain, *, secure: bool = False, inactive: bool = False) -> str:
    """Write a domain's XML, ending with a line end.

    Args:
        domain: the domain, with its implied devices.
        secure: with passwords (`VIR_DOMAIN_XML_SECURE`).
        inactive: as it would be defined: no id, no port that was chosen at run time (`VIR_DOMAIN_XML_INACTIVE`).
    """
    lines = Lines()
    namespace = ""
    if domain.datacenter_path is not None or domain.moref is not None:
        namespace = f" xmlns:vmware='{VMWARE_NAMESPACE}'"
    number = "" if inactive or domain.id is None else f" id='{domain.id}'"
    lines.start(f"<domain type='{domain.type}'{number}{namespace}>")
    _format_identity(domain, lines)
    _format_resources(domain, lines)
    _format_os(domain, lines)
    _format_cpu(domain, lines)
    lines.add(f"<clock offset='{domain.clock_offset}'/>")
    lines.add(f"<on_poweroff>{domain.on_poweroff}</on_poweroff>")
    lines.add(f"<on_reboot>{domain.on_reboot}</on_reboot>")
    lines.add(f"<on_crash>{domain.on_crash}</on_crash>")
    lines.start("<devices>")
    _format_devices(domain, lines, secure=secure, inactive=inactive)
    lines.end("</devices>")
    if domain.datacenter_path is not None:
        lines.add(f"<vmware:datacenterpath>{escape(domain.datacenter_path)}</vmware:datacenterpath>")
    if domain.moref is not None:
        lines.add(f"<vmware:moref>{escape(domain.moref)}</vmware:moref>")
    lines.end("</domain>")
    return str(lines)


def _format_identity(domain: Domain, lines: Lines) -> None:
    if domain.name is not None:
        lines.add(f"<name>{escape(domain.name)}</name>")
    lines.add(f"<uuid>{domain.uuid}</uuid>")
    if domain.genid is not None:
        lines.add(f"<genid>{domain.genid}</genid>")
    if domain.title is not None:
        lines.add(f"<title>{escape(domain.title)}</title>")
    if domain.description is not None:
        lines.add(f"<description>{escape(domain.description)}</description>")
    if domain.metadata is not None:
        format_metadata(domain.metadata, lines)


def _format_resources(domain: Domain, lines: Lines) -> None:
    lines.add(f"<memory unit='KiB'>{domain.memory}</memory>")
    lines.add(f"<currentMemory unit='KiB'>{domain.current_memory}</currentMemory>")
    if domain.min_guarantee:
        lines.start("<memtune>")
        lines.add(f"<min_guarantee unit='KiB'>{domain.min_guarantee}</min_guarantee>")
        lines.end("</memtune>")
    if domain.locked_memory:
        lines.start("<memoryBacking>")
        lines.add("<locked/>")
        lines.end("</memoryBacking>")
    cpuset = f" cpuset='{format_cpus(domain.cpuset)}'" if domain.cpuset else ""
    current = ""
    if domain.current_vcpus is not None and domain.current_vcpus != domain.vcpus:
        current = f" current='{domain.current_vcpus}'"
    lines.add(f"<vcpu placement='static'{cpuset}{current}>{domain.vcpus}</vcpu>")
    if domain.shares is not None:
        lines.start("<cputune>")
        lines.add(f"<shares>{domain.shares}</shares>")
        lines.end("</cputune>")


def _format_os(domain: Domain, lines: Lines) -> None:
    os = domain.os
    lines.start("<os>" if os.firmware is None else f"<os firmware='{os.firmware}'>")
    machine = "" if os.machine is None else f" machine='{escape(os.machine)}'"
    lines.add(f"<type arch='{os.arch}'{machine}>{os.type}</type>")
    features = [name for name in FIRMWARE_FEATURES if name in os.firmware_features]
    if features:
        lines.start("<firmware>")
        for name in features:
            lines.add(f"<feature enabled='{'yes' if os.firmware_features[name] else 'no'}' name='{name}'/>")
        lines.end("</firmware>")
    for device in os.boot:
        lines.add(f"<boot dev='{device}'/>")
    if os.smbios is not None:
        lines.add(f"<smbios mode='{os.smbios}'/>")
    lines.end("</os>")


def _format_cpu(domain: Domain, lines: Lines) -> None:
    topology = domain.topology
    if topology is None and not domain.nested:
        return
    # libvirt takes features of a processor without a model only of one that is passed through.
    lines.start("<cpu mode='host-passthrough'>" if domain.nested else "<cpu>")
    if topology is not None:
        lines.add(
            f"<topology sockets='{topology.sockets}' dies='{topology.dies}' clusters='{topology.clusters}' "
            f"cores='{topology.cores}' threads='{topology.threads}'/>"
        )
    if domain.nested:
        lines.add(f"<feature policy='require' name='{NESTED_FEATURES[0]}'/>")
    lines.end("</cpu>")


def _format_devices(domain: Domain, lines: Lines, *, secure: bool, inactive: bool) -> None:
    for disk in domain.disks:
        format_disk(disk, lines)
    for controller in domain.controllers:
        format_controller(controller, lines)
    for filesystem in domain.filesystems:
        format_filesystem(filesystem, lines)
    for interface in domain.interfaces:
        format_interface(interface, lines)
    for device in (*domain.serials, *domain.parallels, *domain.consoles):
        format_char_device(device, lines)
    for tpm in domain.tpms:
        format_tpm(tpm, lines)
    for graphics in domain.graphics:
        format_graphics(graphics, lines, secure=secure, inactive=inactive)
    for sound in domain.sounds:
        format_sound(sound, lines)
    for video in domain.videos:
        format_video(video, lines)
    for host_device in domain.host_devices:
        format_host_device(host_device, lines)
    if domain.memballoon is not None:
        lines.add(f"<memballoon model='{domain.memballoon}'/>")
