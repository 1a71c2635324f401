"""The sections of libvirt's manual of its ESX driver, and what of it no test tries."""

import re
from pathlib import Path
from typing import NamedTuple

__all__ = ["NOT_TRIED", "Statement", "headings"]


class Statement(NamedTuple):
    """A statement of the manual, in our words, by its section."""

    section: str
    said: str
    reason: str


_OLD = "it is about versions of libvirt that are no more"
_SERVER = "a real server does that by itself; a simulator would only show what it was written to do"
_GUEST = "it is up to the drivers in a real guest"
_LINKS = "the links lead to pages of others"

NOT_TRIED = (
    Statement("Project Links", "where VMware's products are", _LINKS),
    Statement(
        "Deployment pre-requisites",
        "any server works as it is installed",
        "VMware's installers are not at hand; the simulator plays the servers as they are after it",
    ),
    Statement(
        "Extra parameters",
        "`vcenter` is of use for ESX servers only",
        "it is advice: with `vpx://` the vCenter is that of the URI",
    ),
    Statement(
        "Certificates for HTTPS",
        "virsh trusts the CAs of the machine",
        "what the machine trusts would have to be changed; it is tried with ours, which can be told other CAs",
    ),
    Statement(
        "Certificates for HTTPS",
        "a new server signs its own certificate, and another can be installed on it",
        "it is done on a real host; the simulator's is signed by a CA that nobody knows",
    ),
    Statement("Connection problems", "before 0.7.0 the error is about certificates of TLS", _OLD),
    Statement("Connection problems", "the error of a libvirt that was built without the driver", _OLD),
    Statement(
        "Specialities in the domain XML config",
        "there are several",
        "it introduces the sections below it, which are tried",
    ),
    Statement("MAC addresses", "a server gives an address to a card that has none when its machine starts", _SERVER),
    Statement(
        "MAC addresses", "VMware's own client takes addresses from one range, and its user from another", _SERVER
    ),
    Statement("MAC addresses", "a server refuses addresses outside the ranges unless it is told not to check", _SERVER),
    Statement("MAC addresses", "a server may change an address in the ranges unless it is static", _SERVER),
    Statement("MAC addresses", "before 0.7.6 the prefix of addresses that are made up was another", _OLD),
    Statement("SCSI controller models", "which guests have a driver for which model", _GUEST),
    Statement("SCSI controller models", "VMware's own model takes VMware Tools", _GUEST),
    Statement("Network card models", "which guests have a driver for which model", _GUEST),
    Statement("Network card models", "VMware's own models take VMware Tools", _GUEST),
    Statement("Scheduler configuration", "a domain gets the CPU that its parameters say", _SERVER),
    Statement("Links", "where there is more to read", _LINKS),
)


def headings(shared: Path) -> list[str]:
    """The manual's headings, in order."""
    text = (shared / "manual" / "drvesx.rst").read_text(encoding="utf-8")
    return [match[1] for match in re.finditer(r"^(\w.*)\n([=\-~^])\2{3,}$", text, re.MULTILINE)]
