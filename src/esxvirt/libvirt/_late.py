"""What `esxvirt.libvirt` imports at first use: the driver, what it stands on, and what few programs need of Python."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    import ast
    import inspect
    import select
    import socket
    import traceback
    import weakref

    from esxvirt import auth as credentials
    from esxvirt import uri as uris
    from esxvirt import vmx
    from esxvirt.driver.connection import connection as connections
    from esxvirt.driver.connection import doctor, hosts, session_cache, tree
    from esxvirt.driver.definition import creation, native, validating
    from esxvirt.driver.definition import define as definition
    from esxvirt.driver.devices import attach, nic_links, update
    from esxvirt.driver.domain import (
        affect_flags,
        autostart_change,
        block_info,
        console,
        description,
        domain_paths,
        guest,
        guest_details,
        lifecycle,
        lookup,
        managed_save,
        scheduler,
        states,
        vcpus,
        waiting,
    )
    from esxvirt.driver.domain import autostart as domain_autostart
    from esxvirt.driver.domain import info as domain_info
    from esxvirt.driver.domain import keycodes as keycode_sets
    from esxvirt.driver.domain import listing as domain_listing
    from esxvirt.driver.domain import memory as domain_memory
    from esxvirt.driver.domain import metadata as domain_metadata
    from esxvirt.driver.domain import rename as domain_rename
    from esxvirt.driver.host import domain_capabilities, interfaces, node_devices, smbios
    from esxvirt.driver.host import host as host_facts
    from esxvirt.driver.migration import migration
    from esxvirt.driver.network import define as network_definition
    from esxvirt.driver.network import networks
    from esxvirt.driver.snapshots import changes as snapshot_changes
    from esxvirt.driver.snapshots import listing as snapshot_listing
    from esxvirt.driver.snapshots import snapshots
    from esxvirt.driver.stats import stats as domain_stats
    from esxvirt.driver.storage import pool_changes, pools, transfer, vmfs, volume_files, volumes
    from esxvirt.driver.tasks import jobs, questions
    from esxvirt.xml import capabilities as capabilities_xml
    from esxvirt.xml import domain_capabilities as domain_capabilities_xml
    from esxvirt.xml import interface as interface_xml
    from esxvirt.xml import network as network_xml
    from esxvirt.xml import node_device as node_device_xml
    from esxvirt.xml import snapshot as snapshot_xml
    from esxvirt.xml import sysinfo as sysinfo_xml
    from esxvirt.xml.storage import pool as pool_xml
    from esxvirt.xml.storage import pool_parse
    from esxvirt.xml.storage import volume as volume_xml
else:
    ast = late("ast")
    credentials = late("esxvirt.auth")
    connections = late("esxvirt.driver.connection.connection")
    doctor = late("esxvirt.driver.connection.doctor")
    hosts = late("esxvirt.driver.connection.hosts")
    session_cache = late("esxvirt.driver.connection.session_cache")
    tree = late("esxvirt.driver.connection.tree")
    creation = late("esxvirt.driver.definition.creation")
    definition = late("esxvirt.driver.definition.define")
    native = late("esxvirt.driver.definition.native")
    validating = late("esxvirt.driver.definition.validating")
    attach = late("esxvirt.driver.devices.attach")
    nic_links = late("esxvirt.driver.devices.nic_links")
    update = late("esxvirt.driver.devices.update")
    affect_flags = late("esxvirt.driver.domain.affect_flags")
    autostart_change = late("esxvirt.driver.domain.autostart_change")
    domain_autostart = late("esxvirt.driver.domain.autostart")
    block_info = late("esxvirt.driver.domain.block_info")
    console = late("esxvirt.driver.domain.console")
    description = late("esxvirt.driver.domain.description")
    domain_paths = late("esxvirt.driver.domain.domain_paths")
    guest = late("esxvirt.driver.domain.guest")
    guest_details = late("esxvirt.driver.domain.guest_details")
    domain_info = late("esxvirt.driver.domain.info")
    keycode_sets = late("esxvirt.driver.domain.keycodes")
    lifecycle = late("esxvirt.driver.domain.lifecycle")
    domain_listing = late("esxvirt.driver.domain.listing")
    lookup = late("esxvirt.driver.domain.lookup")
    managed_save = late("esxvirt.driver.domain.managed_save")
    domain_memory = late("esxvirt.driver.domain.memory")
    domain_metadata = late("esxvirt.driver.domain.metadata")
    domain_rename = late("esxvirt.driver.domain.rename")
    scheduler = late("esxvirt.driver.domain.scheduler")
    states = late("esxvirt.driver.domain.states")
    vcpus = late("esxvirt.driver.domain.vcpus")
    waiting = late("esxvirt.driver.domain.waiting")
    domain_capabilities = late("esxvirt.driver.host.domain_capabilities")
    host_facts = late("esxvirt.driver.host.host")
    interfaces = late("esxvirt.driver.host.interfaces")
    node_devices = late("esxvirt.driver.host.node_devices")
    smbios = late("esxvirt.driver.host.smbios")
    migration = late("esxvirt.driver.migration.migration")
    network_definition = late("esxvirt.driver.network.define")
    networks = late("esxvirt.driver.network.networks")
    snapshot_changes = late("esxvirt.driver.snapshots.changes")
    snapshot_listing = late("esxvirt.driver.snapshots.listing")
    snapshots = late("esxvirt.driver.snapshots.snapshots")
    domain_stats = late("esxvirt.driver.stats.stats")
    pool_changes = late("esxvirt.driver.storage.pool_changes")
    pools = late("esxvirt.driver.storage.pools")
    transfer = late("esxvirt.driver.storage.transfer")
    vmfs = late("esxvirt.driver.storage.vmfs")
    volume_files = late("esxvirt.driver.storage.volume_files")
    volumes = late("esxvirt.driver.storage.volumes")
    jobs = late("esxvirt.driver.tasks.jobs")
    questions = late("esxvirt.driver.tasks.questions")
    uris = late("esxvirt.uri")
    vmx = late("esxvirt.vmx")
    capabilities_xml = late("esxvirt.xml.capabilities")
    domain_capabilities_xml = late("esxvirt.xml.domain_capabilities")
    node_device_xml = late("esxvirt.xml.node_device")
    sysinfo_xml = late("esxvirt.xml.sysinfo")
    interface_xml = late("esxvirt.xml.interface")
    network_xml = late("esxvirt.xml.network")
    snapshot_xml = late("esxvirt.xml.snapshot")
    pool_xml = late("esxvirt.xml.storage.pool")
    pool_parse = late("esxvirt.xml.storage.pool_parse")
    volume_xml = late("esxvirt.xml.storage.volume")
    inspect = late("inspect")
    select = late("select")
    socket = late("socket")
    traceback = late("traceback")
    weakref = late("weakref")

__all__ = [
    "affect_flags",
    "ast",
    "attach",
    "autostart_change",
    "block_info",
    "capabilities_xml",
    "connections",
    "console",
    "creation",
    "credentials",
    "definition",
    "description",
    "doctor",
    "domain_autostart",
    "domain_capabilities",
    "domain_capabilities_xml",
    "domain_info",
    "domain_listing",
    "domain_memory",
    "domain_metadata",
    "domain_paths",
    "domain_rename",
    "domain_stats",
    "guest",
    "guest_details",
    "host_facts",
    "hosts",
    "inspect",
    "interface_xml",
    "interfaces",
    "jobs",
    "keycode_sets",
    "lifecycle",
    "lookup",
    "managed_save",
    "migration",
    "native",
    "network_definition",
    "network_xml",
    "networks",
    "nic_links",
    "node_device_xml",
    "node_devices",
    "pool_changes",
    "pool_parse",
    "pool_xml",
    "pools",
    "questions",
    "scheduler",
    "select",
    "session_cache",
    "smbios",
    "snapshot_changes",
    "snapshot_listing",
    "snapshot_xml",
    "snapshots",
    "socket",
    "states",
    "sysinfo_xml",
    "traceback",
    "transfer",
    "tree",
    "update",
    "uris",
    "validating",
    "vcpus",
    "vmfs",
    "vmx",
    "volume_files",
    "volume_xml",
    "volumes",
    "waiting",
    "weakref",
]
