"""The virtual TPM: `vtpm`."""

from esxvirt.vmx.devices.kind import DeviceKind, Reach
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Row, write_rows
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.hardware import Tpm
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

_ROWS = (Row("vtpm.present", "devices/tpm", kind=PRESENT),)


def _read(reader: VmxReader, domain: Domain) -> None:
    if reader.boolean("vtpm.present", False):
        domain.tpms.append(Tpm())


def _write(domain: Domain, writer: VmxWriter) -> None:
    for tpm in domain.tpms[:1]:
        write_rows(_ROWS, writer, "", tpm)


# The keys of the TPM's own certificates (`vtpm.ekCSR`, `vtpm.ekCRT`) go with it.
KIND = DeviceKind("TPM", _ROWS, _read, _write, prefixes=("vtpm",), reach=Reach.TOLERANT)
