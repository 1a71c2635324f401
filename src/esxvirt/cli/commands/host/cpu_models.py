"""``cpu-compare``, ``cpu-baseline``, and the two for a hypervisor: what the driver has not, it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli._late import etree
from esxvirt.cli.commands.common import xml_of
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file
from esxvirt.records import replace

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

# What virsh looks for in a file; a mode of domain capabilities is a CPU by another name.
_PLACES = (
    "descendant-or-self::cpu[not(ancestor::domain or ancestor::capabilities or ancestor::domainCapabilities)]"
    " | descendant-or-self::domain/cpu | descendant-or-self::capabilities/host/cpu"
    " | descendant-or-self::domainCapabilities/cpu/mode[@name='host-model' and @supported='yes']"
)
_INCOMPATIBLE, _IDENTICAL, _SUPERSET = 0, 1, 2
_MODEL = "<cpu><model>{}</model></cpu>"


def _processors(name: str) -> list[str]:
    """Return the descriptions of CPUs in a file.

    Raises:
        Failed: it cannot be read, is no XML, or has none.
    """
    found = xml_of(read_file(name)).xpath(_PLACES)
    if not found:
        raise Failed(
            f"File '{name}' does not contain any <cpu> element or valid domain XML, host capabilities XML, or domain "
            "capabilities XML"
        )
    for element in found:
        element.tag, element.tail = "cpu", None
    return [etree.tostring(element, encoding="unicode") for element in found]


def _flags(virsh: Virsh, arguments: Arguments) -> int:
    names = {
        "error": "VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE",
        "validate": "VIR_CONNECT_COMPARE_CPU_VALIDATE_XML",
        "features": "VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES",
        "migratable": "VIR_CONNECT_BASELINE_CPU_MIGRATABLE",
    }
    return sum(getattr(virsh.libvirt, name) for option, name in names.items() if arguments.flag(option))


def _tell(virsh: Virsh, arguments: Arguments, result: int, host: str) -> None:
    file = arguments.required("file")
    texts = {
        _INCOMPATIBLE: f"CPU described in {file} is incompatible with {host}",
        _IDENTICAL: f"CPU described in {file} is identical to {host}",
        _SUPERSET: f"{host[0].upper()}{host[1:]} is a superset of CPU described in {file}",
    }
    if result == _INCOMPATIBLE:
        raise Failed(texts[result])
    virsh.line(texts.get(result, texts[_INCOMPATIBLE]))


def compare(virsh: Virsh, arguments: Arguments) -> None:
    """Compare a CPU with the host's."""
    file = arguments.required("file")
    processor = _processors(file)[0]
    with virsh.failing(f"Failed to compare host CPU with {file}"):
        result = virsh.connection.compareCPU(processor, _flags(virsh, arguments))
    _tell(virsh, arguments, result, "host CPU")


def baseline(virsh: Virsh, arguments: Arguments) -> None:
    """Print a CPU that several have in common."""
    processors = _processors(arguments.required("file"))
    virsh.write(virsh.connection.baselineCPU(processors, _flags(virsh, arguments)))


def _hypervisor(arguments: Arguments) -> tuple[str | None, str | None, str | None, str | None]:
    return arguments.text("emulator"), arguments.text("arch"), arguments.text("machine"), arguments.text("virttype")


def compare_for_hypervisor(virsh: Virsh, arguments: Arguments) -> None:
    """Compare a CPU with the one that a hypervisor would give a domain."""
    file = arguments.required("file")
    processor = _processors(file)[0]
    with virsh.failing(f"Failed to compare hypervisor CPU with {file}"):
        result = virsh.connection.compareHypervisorCPU(*_hypervisor(arguments), processor, _flags(virsh, arguments))
    _tell(virsh, arguments, result, "hypervisor CPU")


def baseline_for_hypervisor(virsh: Virsh, arguments: Arguments) -> None:
    """Print a CPU that several have in common and that a hypervisor can give a domain."""
    arguments.exclusive("file", "model")
    file, model = arguments.text("file"), arguments.text("model")
    if file is None and model is None:
        raise Failed("Either --file or --model must be provided")
    processors = [_MODEL.format(model)] if file is None else _processors(file)
    flags = _flags(virsh, arguments)
    virsh.write(virsh.connection.baselineHypervisorCPU(*_hypervisor(arguments), processors, flags))


def show_models(virsh: Virsh, arguments: Arguments) -> None:
    """Print the CPU models that a hypervisor can give a domain, or all that it knows."""
    with virsh.failing("failed to get hypervisor CPU model names"):
        text = virsh.connection.getDomainCapabilities(*_hypervisor(arguments), 0)
    root = xml_of(text)
    models = root.xpath("cpu/mode[@name='custom']/model")
    for model in models:
        if arguments.flag("all") or model.get("usable") == "yes":
            virsh.line(model.text)


_ONE = data("file", "file containing an XML CPU description")
_COMPARING = (
    flag("error", "report error if CPUs are incompatible"),
    flag("validate", "validate the XML document against schema"),
)
_MAKING = (
    flag("features", "Show features that are part of the CPU model type"),
    flag("migratable", "Do not include features that block migration"),
)
_HYPERVISOR = (
    string("virttype", "virtualization type (/domain/@type)"),
    string("emulator", "path to emulator binary (/domain/devices/emulator)"),
    string("arch", "CPU architecture (/domain/os/type/@arch)"),
    string("machine", "machine type (/domain/os/type/@machine)"),
)
_NAMED = tuple(replace(option, by_name_only=True) for option in _HYPERVISOR)
_SEVERAL = "file containing XML CPU descriptions"

COMMANDS = (
    Command(
        "cpu-baseline",
        "compute baseline CPU",
        baseline,
        "Compute baseline CPU for a set of given CPUs.",
        (data("file", _SEVERAL), *_MAKING),
    ),
    Command(
        "cpu-compare",
        "compare host CPU with a CPU described by an XML file",
        compare,
        "compare CPU with host CPU",
        (_ONE, *_COMPARING),
    ),
    Command(
        "hypervisor-cpu-baseline",
        "compute baseline CPU usable by a specific hypervisor",
        baseline_for_hypervisor,
        "Compute baseline CPU for a set of given CPUs. The result will be tailored to the specified hypervisor.",
        (
            string("file", _SEVERAL),
            *_HYPERVISOR,
            *_MAKING,
            string("model", "Shortcut for calling the command with a single CPU model and no additional features"),
        ),
    ),
    Command(
        "hypervisor-cpu-compare",
        "compare a CPU with the CPU created by a hypervisor on the host",
        compare_for_hypervisor,
        "compare CPU with hypervisor CPU",
        (_ONE, *_HYPERVISOR, *_COMPARING),
    ),
    Command(
        "hypervisor-cpu-models",
        "Hypervisor reported CPU models",
        show_models,
        "Get the CPU models reported by the hypervisor.",
        (*_NAMED, flag("all", "include all CPU models known to the hypervisor for the architecture")),
    ),
)
