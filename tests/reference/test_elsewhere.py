"""Differences that take more to show than a line of commands: another server, account, certificate or file."""

import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from esxvirt.sim import Simulator
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
