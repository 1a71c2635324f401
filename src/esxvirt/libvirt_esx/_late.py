"""What `esxvirt.libvirt_esx` imports at first use: the driver, and what it stands on."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    from esxvirt import auth as credentials
    from esxvirt import uri as uris
    from esxvirt import vmx
    from esxvirt.driver.connection import doctor, session_cache, tree
    from esxvirt.driver.connection import hosts as host_list
    from esxvirt.driver.definition import define as definition
    from esxvirt.driver.definition import native
    from esxvirt.driver.devices import nic_links
    from esxvirt.driver.domain import domain_paths, waiting
    from esxvirt.driver.domain import keycodes as keycode_sets
    from esxvirt.driver.domain import metadata as domain_metadata
    from esxvirt.driver.host import host as host_facts
    from esxvirt.driver.host import node_devices
    from esxvirt.driver.snapshots import changes as snapshot_changes
    from esxvirt.driver.snapshots import listing as snapshot_listing
    from esxvirt.driver.snapshots import snapshots
    from esxvirt.driver.storage import pools, volumes
    from esxvirt.driver.tasks import questions
    from esxvirt.xml.storage import volume as volume_xml
else:
    credentials = late("esxvirt.auth")
    doctor = late("esxvirt.driver.connection.doctor")
    host_list = late("esxvirt.driver.connection.hosts")
    session_cache = late("esxvirt.driver.connection.session_cache")
    tree = late("esxvirt.driver.connection.tree")
    definition = late("esxvirt.driver.definition.define")
    native = late("esxvirt.driver.definition.native")
    nic_links = late("esxvirt.driver.devices.nic_links")
    domain_paths = late("esxvirt.driver.domain.domain_paths")
    keycode_sets = late("esxvirt.driver.domain.keycodes")
    domain_metadata = late("esxvirt.driver.domain.metadata")
    waiting = late("esxvirt.driver.domain.waiting")
    host_facts = late("esxvirt.driver.host.host")
    node_devices = late("esxvirt.driver.host.node_devices")
    snapshot_changes = late("esxvirt.driver.snapshots.changes")
    snapshot_listing = late("esxvirt.driver.snapshots.listing")
    snapshots = late("esxvirt.driver.snapshots.snapshots")
    pools = late("esxvirt.driver.storage.pools")
    volumes = late("esxvirt.driver.storage.volumes")
    questions = late("esxvirt.driver.tasks.questions")
    uris = late("esxvirt.uri")
    vmx = late("esxvirt.vmx")
    volume_xml = late("esxvirt.xml.storage.volume")

__all__ = [
    "credentials",
    "definition",
    "doctor",
    "domain_metadata",
    "domain_paths",
    "host_facts",
    "host_list",
    "keycode_sets",
    "native",
    "nic_links",
    "node_devices",
    "pools",
    "questions",
    "session_cache",
    "snapshot_changes",
    "snapshot_listing",
    "snapshots",
    "tree",
    "uris",
    "vmx",
    "volume_xml",
    "volumes",
    "waiting",
]
