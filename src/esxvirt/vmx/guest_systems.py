"""Guest operating systems: what VMX files call them, and libosinfo, whose names stand in domains' `<metadata>`.

VMware names a system and its bits (`rhel7-64`); libosinfo names a release (`http://redhat.com/rhel/7.9`). So a release
has one of VMware's names, and one of VMware's names may have a release that stands for it, or none.
"""

import re
from typing import Final, NamedTuple

__all__ = ["guest_of", "osinfo_of"]

_MAJOR: Final = re.compile(r"[0-9]+")
_BITS: Final = "-64"


class _Family(NamedTuple):
    """Releases of one system, by their number.

    Attributes:
        osinfo: What their identifiers of libosinfo begin with.
        guest: What VMware calls the system.
        numbers: Those that VMware's name has a number for, behind it; older releases have the name alone, newer ones
            the last number. Empty: VMware has one name for all.
        release: How libosinfo's identifier ends that stands for a number; empty for none.
        only_64: From which number on there are 64 bits only.
    """

    osinfo: str
    guest: str
    numbers: range = range(0)
    release: str = ""
    only_64: int = 1000


_FAMILIES: Final = (
    _Family("http://redhat.com/rhel/", "rhel", range(2, 11), "{}.0", 8),
    _Family("http://redhat.com/rhel-atomic/", "rhel", range(7, 8)),
    _Family("http://centos.org/centos/", "centos", range(6, 9), "{}.0", 8),
    _Family("http://centos.org/centos-stream/", "centos", range(8, 10), "{}", 8),
    _Family("http://scientificlinux.org/scientificlinux/", "centos", range(6, 8)),
    _Family("http://debian.org/debian/", "debian", range(4, 14), "{}"),
    _Family("http://oracle.com/ol/", "oraclelinux", range(6, 11), "{}.0", 8),
    _Family("http://oracle.com/oel/", "oraclelinux"),
    _Family("http://suse.com/sles/", "sles", range(10, 13), "{}"),
    _Family("http://suse.com/sle/", "sles", range(15, 17), "{}", 15),
    _Family("http://suse.com/sled/", "sles", range(10, 13)),
    _Family("http://asianux.com/asianux/", "asianux", range(3, 10), "{}.0", 5),
    _Family("http://freebsd.org/freebsd/", "freebsd", range(11, 16), "{}.0"),
    _Family("http://rockylinux.org/rocky/", "rockylinux", only_64=0),
    _Family("http://almalinux.org/almalinux/", "almalinux", only_64=0),
    _Family("http://miraclelinux.com/miraclelinux/", "miraclelinux", only_64=0),
    _Family("http://fedoraproject.org/fedora/", "fedora"),
    _Family("http://fedoraproject.org/silverblue/", "fedora"),
    _Family("http://fedoraproject.org/coreos/", "fedora"),
    _Family("http://ubuntu.com/ubuntu/", "ubuntu"),
    _Family("http://system76.com/popos/", "ubuntu"),
    _Family("http://elementary.io/elementary/", "ubuntu"),
    _Family("http://trisquel.info/trisquel/", "ubuntu"),
    _Family("http://opensuse.org/opensuse/", "opensuse"),
    _Family("http://mandriva.com/mandriva/", "mandriva"),
)
# Identifiers of libosinfo, and VMware's name; where a name is not the first of several, it stands for the first.
_SINGLE: Final = {
    "http://microsoft.com/win/11": "windows11",
    "http://microsoft.com/win/10": "windows9",
    "http://microsoft.com/win/8": "windows8",
    "http://microsoft.com/win/8.1": "windows8",
    "http://microsoft.com/win/7": "windows7",
    "http://microsoft.com/win/vista": "winvista",
    "http://microsoft.com/win/xp": "winxppro",
    "http://microsoft.com/win/2k25": "windows2022srvnext",
    "http://microsoft.com/win/2k22": "windows2019srvnext",
    "http://microsoft.com/win/2k19": "windows2019srv",
    "http://microsoft.com/win/2k16": "windows9srv",
    "http://microsoft.com/win/2k12r2": "windows8srv",
    "http://microsoft.com/win/2k12": "windows8srv",
    "http://microsoft.com/win/2k8r2": "windows7srv",
    "http://microsoft.com/win/2k8": "longhorn",
    "http://microsoft.com/win/2k3": "winnetstandard",
    "http://microsoft.com/win/2k3r2": "winnetstandard",
    "http://microsoft.com/win/2k": "win2000pro",
    "http://microsoft.com/win/me": "winme",
    "http://microsoft.com/win/98": "win98",
    "http://microsoft.com/win/95": "win95",
    "http://microsoft.com/win/3.1": "win31",
    "http://microsoft.com/winnt/4.0": "winnt",
    "http://microsoft.com/msdos/6.22": "dos",
    "http://freedos.org/freedos/1.2": "dos",
    "http://redhat.com/rhel/2.1": "rhel2",
    "http://redhat.com/rhel/3": "rhel3",
    "http://centos.org/centos/8": "centos8",
    "http://asianux.com/asianux/4.6": "asianux4",
    "http://oracle.com/solaris/11": "solaris11",
    "http://sun.com/solaris/10": "solaris10",
    "http://sun.com/solaris/9": "solaris9",
    "http://novell.com/netware/4": "netware4",
    "http://novell.com/netware/5": "netware5",
    "http://novell.com/netware/6": "netware6",
    "http://apple.com/macosx/10.5": "darwin",
    "http://apple.com/macosx/10.6": "darwin10",
    "http://apple.com/macosx/10.7": "darwin11",
    "http://libosinfo.org/linux/2016": "other3xlinux",
    "http://libosinfo.org/linux/2018": "other4xlinux",
    "http://libosinfo.org/linux/2020": "other5xlinux",
    "http://libosinfo.org/linux/2022": "other5xlinux",
}
# Systems that VMware has no name for, but of which it has a kind.
_LINUXES: Final = re.compile(
    r"http://(?:alpinelinux\.org|altlinux\.org|archlinux\.org|cclinux\.org|cirros-cloud\.net|clearlinux\.org"
    r"|endlessos\.com|gentoo\.org|guix\.gnu\.org|hyperbola\.info|mageia\.org|manjaro\.org|nixos\.org|pureos\.net"
    r"|slackware\.com|univention\.de|voidlinux\.org|libosinfo\.org/linux)/.*"
)
_ONLY_64: Final = frozenset({
    "windows11", "windows2022srvnext", "windows2019srvnext", "windows2019srv", "windows9srv", "windows8srv",
    "windows7srv", "solaris11", "centos8",
})  # fmt: skip
_ONLY_32: Final = frozenset({
    "win2000pro", "winme", "win98", "win95", "win31", "winnt", "dos", "rhel2", "solaris9", "netware4", "netware5",
    "netware6",
})  # fmt: skip


def guest_of(osinfo: str, arch: str) -> str | None:
    """Return VMware's name of a release of libosinfo's on an architecture; None if there is none that fits."""
    name = _SINGLE.get(osinfo)
    if name is not None:
        wide = name in _ONLY_64 or (arch == "x86_64" and name not in _ONLY_32)
        return name + _BITS * wide
    for family in _FAMILIES:
        if osinfo.startswith(family.osinfo):
            return _of_family(family, osinfo.removeprefix(family.osinfo), arch)
    return "otherlinux" + _BITS * (arch == "x86_64") if _LINUXES.fullmatch(osinfo) else None


def _of_family(family: _Family, release: str, arch: str) -> str:
    found = _MAJOR.match(release)
    # What has no number (`testing`, `unknown`) is the newest.
    number = int(found[0]) if found else max(family.numbers, default=0)
    wide = arch == "x86_64" or number >= family.only_64
    if not family.numbers or number < family.numbers.start:
        return family.guest + _BITS * wide
    return f"{family.guest}{min(number, family.numbers[-1])}" + _BITS * wide


def osinfo_of(guest: str) -> str | None:
    """Return the release of libosinfo's that stands for one of VMware's names, and for no other; None without one."""
    name = guest.lower()
    arch = "x86_64" if name.endswith(_BITS) else "i686"
    stem = name.removesuffix(_BITS)
    candidates = [osinfo for osinfo, single in _SINGLE.items() if single == stem]
    for family in _FAMILIES:
        number = stem.removeprefix(family.guest)
        if family.release and stem.startswith(family.guest) and number.isdecimal() and int(number) in family.numbers:
            candidates.append(family.osinfo + family.release.format(int(number)))
    return next((osinfo for osinfo in candidates if guest_of(osinfo, arch) == name), None)
