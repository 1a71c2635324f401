"""Differences that take more to show than a line of commands: another server, account, certificate or file."""

import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.state.site.networks import add_port_group
from esxvirt.sim.state.storage.datastores import File
from tests.manual.beside import Answer, Client, esxvirsh, require_standard_ports, virsh
from tests.proxy.proxies import running_proxy
from tests.tools import ROOT

ENTRIES: list[dict[str, str]] = tomllib.loads(Path(__file__).with_name("elsewhere.toml").read_text(encoding="utf-8"))[
    "elsewhere"
]
HEAD = 'config.version = "8"\nvirtualHW.version = "8"\n'
PLAIN_DISK = """\
<domain type='vmware'><name>n</name><memory>4096</memory><os><type>hvm</type></os><devices>
<disk type='file'><source file='[local-storage] a.vmdk'/><target dev='sda' bus='scsi'/></disk></devices></domain>
"""

Run = Callable[[Callable[[Simulator], Client], ExitStack], Answer]


def esx(stack: ExitStack, **options: Any) -> Simulator:
    return stack.enter_context(Simulator("esx-7.0", **{"transport": "http", **options}))


def redefine(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    return one("define", one.file("a.xml", Client(esxvirsh, one.simulator, one.directory)("dumpxml", "archive").stdout))


def settings_shown(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    server = esx(stack)
    machine = server.site.find_machine("archive")
    file = machine.datastore.find(machine.vmx_file)
    assert file is not None
    more = 'bios.bootOrder = "cdrom,hdd"\nvhv.enable = "TRUE"\nethernet0.startConnected = "FALSE"\n'
    machine.datastore.put(machine.vmx_file, File.of(file.read() + more.encode()))
    return client(server)("dumpxml", "archive")


def boot_order_defined(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    xml = PLAIN_DISK.replace("</os>", "<boot dev='cdrom'/></os>")
    return one("domxml-to-native", "vmware-vmx", one.file("a.xml", xml))


def guest_system(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    space = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
    system = (
        f"<metadata><l:libosinfo xmlns:l='{space}'><l:os id='http://debian.org/debian/11'/></l:libosinfo></metadata>"
    )
    return one("domxml-to-native", "vmware-vmx", one.file("a.xml", PLAIN_DISK.replace("<memory>", f"{system}<memory>")))


def no_name(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    return one("domxml-from-native", "vmware-vmx", one.file("a.vmx", HEAD))


def uneven_cores(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    cores = 'displayName = "x"\nnumvcpus = "6"\ncpuid.coresPerSocket = "4"\n'
    return one("domxml-from-native", "vmware-vmx", one.file("a.vmx", HEAD + cores))


def absolute_path(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    return client(esx(stack))("vol-info", "/home/me/[local-storage] web/web.vmdk")


def raw_image(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    return client(esx(stack))("vol-create-as", "local-storage", "guest.img", "1M")


def disk_in_root(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    return one("define", one.file("a.xml", PLAIN_DISK))


def place_of_an_error(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    return one("domxml-from-native", "vmware-vmx", one.file("a.vmx", f'{HEAD}memsize = "abc"\n'))


def unknown_value(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    card = 'displayName = "x"\nethernet0.present = "true"\nethernet0.virtualDev = "foo"\n'
    return one("domxml-from-native", "vmware-vmx", one.file("a.vmx", HEAD + card))


def free_licence(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    return client(esx(stack, license="free"))("start", "archive")


def missing_privilege(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    one.log_in_as("readonly")
    return one("start", "archive", uri=one.simulator.uri.replace("root@", "readonly@"))


def sees_nothing(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    one.simulator.add_account("ann", "NoAccess")
    one.log_in_as("ann")
    return one("list", "--all", uri=one.simulator.uri.replace("root@", "ann@"))


def path_to_nowhere(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    server = stack.enter_context(Simulator("vcenter-7.0", transport="http"))
    return client(server)("list", uri=server.uri.replace("/dc1/esx1.example.com", "/nope/x"))


def unknown_certificate(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    return client(esx(stack, transport="https"))("list")


def remote_transport(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack))
    return one("list", uri=one.simulator.uri.replace("esx:", "esx+tcp:"))


def name_behind_socks5(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    server = esx(stack)
    proxy = stack.enter_context(running_proxy("socks5", {"esx1.lab.invalid": server.host}))
    uri = f"esx://root@esx1.lab.invalid:{server.port}/?transport=http&proxy=socks5://127.0.0.1:{proxy.port}"
    return client(server)("list", uri=uri)


def account_of_the_vcenter(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    server = stack.enter_context(Simulator("vcenter-7.0", transport="http", hosts=2))
    require_standard_ports(server)
    return client(server)("list", uri=f"{server.host_uris[0]}&vcenter=*")


def another_uuid(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(esx(stack, troubled=["moved"]))
    return one("start", "moved", uri=f"{one.simulator.uri}&auto_answer=1")


def lost_machines(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    return client(stack.enter_context(Simulator("vcenter-7.0", transport="http", troubled=["inaccessible"])))(
        "start", "inaccessible"
    )


def machines_of_one_uuid(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    return client(esx(stack, troubled=["twin"]))("dominfo", "50115e16-9bdc-49d7-f171-53c4d7f91710")


def items_that_there_are_not(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    server = stack.enter_context(Simulator("vcenter-7.0", transport="http"))
    return client(server)("hostname", uri=server.uri.replace("/dc1/", "/dc1/nope/"))


def datastore_with_brackets(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    server = esx(stack, datastores=["[ssd] fast"])
    server.site.datastores[1].make_directory("iso")
    server.site.datastores[1].put("iso/x.iso", File.of(b"x"))
    return client(server)("vol-info", "[[ssd] fast] iso/x.iso")


def distributed_group(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    one = client(stack.enter_context(Simulator("vcenter-7.0", transport="http", distributed=1)))
    card = "<interface type='bridge'><source bridge='DPortGroup1'/></interface></devices>"
    one("define", one.file("a.xml", PLAIN_DISK.replace("a.vmdk", "archive/archive.vmdk").replace("</devices>", card)))
    return one("domiflist", "n")


def opaque_network(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    server = stack.enter_context(Simulator("vcenter-7.0", transport="http", opaque=["seg1"]))
    identifier = server.site.networks[-1].key
    opaque = {"id": identifier, "type": "nsx.LogicalSwitch"}
    machine = server.site.find_machine("archive")
    machine.rewrite(machine.text().replace('ethernet0.networkName = "VM Network"\n', ""))
    machine.set_values({f"ethernet0.opaqueNetwork.{key}": value for key, value in opaque.items()})
    return client(server)("domiflist", "archive")


def escaped_port_groups(client: Callable[[Simulator], Client], stack: ExitStack) -> Answer:
    server = esx(stack)
    add_port_group(server.site, server.site.hosts[0], "VLAN 10/20", "vSwitch0")
    return client(server)("net-dumpxml", "vSwitch0")


@pytest.fixture
def ask(tmp_path: Path) -> Callable[[Run, Any], Answer]:
    def run(scene: Run, program: Any) -> Answer:
        with ExitStack() as stack:
            return scene(lambda simulator: Client(program, simulator, tmp_path), stack)

    return run


BESIDE_VIRSH = [entry for entry in ENTRIES if "shown_by" not in entry]


def test_what_virsh_cannot_show_has_a_test_of_its_own() -> None:
    assert all((ROOT / entry["shown_by"]).exists() for entry in ENTRIES if entry not in BESIDE_VIRSH)


@pytest.mark.parametrize("entry", BESIDE_VIRSH, ids=[entry["name"] for entry in BESIDE_VIRSH])
def test_it_is_so(entry: dict[str, str], ask: Callable[[Run, Any], Answer]) -> None:
    scene: Run = globals()[entry["name"]]
    theirs, ours = ask(scene, virsh), ask(scene, esxvirsh)
    said = {"libvirt": theirs.stdout + theirs.stderr, "esxvirsh": ours.stdout + ours.stderr}
    assert theirs != ours
    for who, text in said.items():
        assert entry[who] in text if entry[who] else not text, (who, text)
