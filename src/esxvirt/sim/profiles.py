"""The products that the simulator plays: a profile is data."""

from esxvirt.records import record

__all__ = ["PROFILES", "Profile", "find"]


@record(frozen=True)
class Profile:
    """A product: what it says of itself, what its API knows, and its habits.

    `api_version` is pyVmomi's name of the newest version that the server speaks; `api_text` what ``AboutInfo`` calls
    it. `guest_ids` are guest systems that it knows, for the machines of the default inventory.
    """

    name: str
    product: str
    version: str
    build: str
    api_version: str
    api_text: str
    product_line_id: str
    os_type: str
    api_type: str
    hw_version: int
    guest_ids: tuple[str, ...]
    moid_step: int = 1
    default_ports: tuple[int, int] = (443, 80)

    @property
    def is_vcenter(self) -> bool:
        """Whether it is a vCenter, that manages hosts, and no host."""
        return self.api_type == "VirtualCenter"

    @property
    def is_gsx(self) -> bool:
        """Whether it is VMware Server, with the paths of the system that it runs on."""
        return self.product_line_id == "gsx"

    @property
    def scheme(self) -> str:
        """The scheme of URIs to it."""
        return "vpx" if self.is_vcenter else "gsx" if self.is_gsx else "esx"

    @property
    def username(self) -> str:
        """The administrator's account."""
        if not self.is_vcenter:
            return "root"
        return "administrator@vsphere.local" if int(self.version.split(".")[0]) >= 6 else "administrator"

    @property
    def license_name(self) -> str:
        """What the licence is for, as ``AboutInfo.licenseProductName``."""
        return "VMware VirtualCenter Server" if self.is_vcenter else "VMware ESX Server"

    @property
    def full_name(self) -> str:
        """The product, its version and build, as ``AboutInfo.fullName``."""
        return f"{self.product} {self.version} build-{self.build}"

    @property
    def release(self) -> tuple[int, ...]:
        """The API version as numbers, to compare."""
        digits = "".join(letter if letter.isdigit() or letter == "." else " " for letter in self.api_text)
        return tuple(int(part) for part in digits.split()[0].split("."))


_OLD_GUESTS = ("rhel5_64Guest", "winNetStandardGuest", "otherLinux64Guest", "sles10_64Guest", "ubuntu64Guest")
_GUESTS = ("rhel6_64Guest", "windows7Server64Guest", "debian5_64Guest", "ubuntu64Guest", "sles11_64Guest")
_NEW_GUESTS = ("rhel7_64Guest", "windows8Server64Guest", "debian10_64Guest", "ubuntu64Guest", "centos7_64Guest")
_ESX, _ESXI, _VC = "VMware ESX Server", "VMware ESXi", "VMware vCenter Server"


def _host(
    version: str, product: str, build: str, api: str, text: str, hw: int, guests: tuple[str, ...], step: int = 1
) -> Profile:
    line = "embeddedEsx" if product == _ESXI else "esx"
    name = f"esx-{version.rpartition('.')[0]}"
    return Profile(name, product, version, build, api, text, line, "vmnix-x86", "HostAgent", hw, guests, step)


def _vcenter(version: str, product: str, build: str, api: str, text: str, hw: int, guests: tuple[str, ...]) -> Profile:
    os_type = "win32-x86" if int(version[0]) < 5 else "linux-x64"
    name = f"vcenter-{version.rpartition('.')[0]}"
    return Profile(name, product, version, build, api, text, "vpx", os_type, "VirtualCenter", hw, guests)


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        _host("3.5.0", _ESX, "64607", "2.5", "2.5", 4, _OLD_GUESTS, 16),
        _host("4.0.0", "VMware ESX", "164009", "4.0", "4.0", 7, _OLD_GUESTS, 16),
        _host("4.1.0", _ESXI, "260247", "4.1", "4.1", 7, _OLD_GUESTS, 16),
        _host("5.0.0", _ESXI, "469512", "5.0", "5.0", 8, _GUESTS),
        _host("5.5.0", _ESXI, "1331820", "5.5", "5.5", 10, _GUESTS),
        _host("6.7.0", _ESXI, "8169922", "6.7", "6.7", 14, _NEW_GUESTS),
        _host("7.0.3", _ESXI, "18644231", "7.0.3.0", "7.0.3.0", 17, _NEW_GUESTS),
        _host("8.0.2", _ESXI, "22380479", "8.0.2.0", "8.0.2.0", 20, _NEW_GUESTS),
        Profile(
            "gsx-2.0", "VMware Server", "2.0.2", "203138", "2.5u2server", "2.5", "gsx", "linux-x86",
            "HostAgent", 7, _OLD_GUESTS, 16, (8333, 8222),
        ),
        _vcenter("2.5.0", "VMware VirtualCenter Server", "104215", "2.5u2", "2.5u2", 4, _OLD_GUESTS),
        _vcenter("4.0.0", _VC, "162856", "4.0", "4.0", 7, _OLD_GUESTS),
        _vcenter("5.0.0", _VC, "455964", "5.0", "5.0", 8, _GUESTS),
        _vcenter("6.7.0", _VC, "8217866", "6.7", "6.7", 14, _NEW_GUESTS),
        _vcenter("7.0.3", _VC, "18700403", "7.0.3.0", "7.0.3.0", 17, _NEW_GUESTS),
        _vcenter("8.0.2", _VC, "22385739", "8.0.2.0", "8.0.2.0", 20, _NEW_GUESTS),
    )
}  # fmt: skip

# The host under a vCenter of the same age.
HOST_OF_VCENTER = {
    "vcenter-2.5": "esx-3.5", "vcenter-4.0": "esx-4.0", "vcenter-5.0": "esx-5.0",
    "vcenter-6.7": "esx-6.7", "vcenter-7.0": "esx-7.0", "vcenter-8.0": "esx-8.0",
}  # fmt: skip
# Short names, as in `sim:///esx`.
ALIASES = {"esx": "esx-7.0", "gsx": "gsx-2.0", "vcenter": "vcenter-7.0", "vpx": "vcenter-7.0"}


def find(name: str) -> Profile:
    """Return the profile of that name or short name; LookupError, with the names there are, if there is none."""
    try:
        return PROFILES[ALIASES.get(name, name)]
    except KeyError:
        raise LookupError(f"no profile {name!r}: choose one of {', '.join([*ALIASES, *PROFILES])}") from None


def host_of(profile: Profile) -> Profile:
    """Return what a vCenter's hosts run; a host's own profile is itself."""
    return PROFILES[HOST_OF_VCENTER[profile.name]] if profile.is_vcenter else profile
