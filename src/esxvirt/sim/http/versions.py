"""``/sdk/vimServiceVersions.xml``: the API versions that a server speaks."""

from pyVmomi import VmomiSupport

from esxvirt.sim.profiles import Profile
from esxvirt.sim.wire import schema

__all__ = ["service_versions"]


def service_versions(profile: Profile) -> str | None:
    """Return the document of a profile; None for VI API 2.5, whose servers had none yet."""
    if profile.api_version == "2.5":
        return None
    visible = schema.visible_versions(profile.api_version)
    older = [
        text.partition("/")[2]
        for text, version in VmomiSupport.versionMap.items()
        if text.startswith("vim25/") and version in visible and text != f"vim25/{profile.api_version}"
    ]
    older.sort(
        key=lambda text: [int("".join(filter(str.isdigit, part)) or 0) for part in text.split(".")], reverse=True
    )
    prior = "".join(f"   <version>{text}</version>\n" for text in older)
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<namespaces version="1.0">\n <namespace>\n  <name>urn:vim25</name>\n'
        f"  <version>{profile.api_version}</version>\n  <priorVersions>\n{prior}  </priorVersions>\n </namespace>\n"
        " <namespace>\n  <name>urn:vim2</name>\n  <version>2.0</version>\n </namespace>\n</namespaces>\n"
    )
