"""What the manual says of the native format, with its own examples."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.conformance.test_manual import example
from tests.manual.beside import Answer, Client, alike, converted, on_each

PROFILES = ("esx-3.5", "esx-4.0", "esx-7.0", "gsx-2.0", "vcenter-7.0")
# What the manual leaves out, or has from another time; virsh prints it.
ADDED = re.compile(
    r"^(?:\.encoding|floppy\d|pciBridge\d|vmci0|ethernet0\.address|virtualHW\.version)\b.*\n", re.MULTILINE
)


@pytest.fixture(scope="module", params=PROFILES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def manual(shared: Path) -> str:
    return (shared / "manual" / "drvesx.rst").read_text(encoding="utf-8")


def shown(manual: str, command: str, file: str) -> str:
    """What the manual shows that a command prints, after its prompts."""
    found = re.search(rf"{command} vmware-vmx {file}\n(?:   Enter .*\n)+((?:   .*\n)+)", manual)
    assert found is not None
    return re.sub("^   ", "", found[1], flags=re.MULTILINE)


class TestFormat:
    """Import and export of domain XML configs"""

    @pytest.mark.parametrize("command", ["domxml-from-native", "domxml-to-native"])
    def test_the_format_is_vmware_vmx(self, command: str, server: Simulator, manual: str) -> None:
        text = example(manual, "demo.vmx" if "from" in command else "demo.xml")

        answer = alike(server, lambda client: converted(client, command, "demo", text))
        # The datastores of GSX are not where the manual's are.
        assert answer.code == (server.profile.scheme == "gsx" and "from" in command)
        refused = alike(server, lambda client: client(command, "qemu-argv", client.file("demo", text)))
        assert (refused.code, "config format" in refused.stderr) == (1, True)


class TestFromVmx:
    """Converting from VMware VMX config to domain XML config"""

    def test_the_example(self, server: Simulator, manual: str) -> None:
        text = example(manual, "demo.vmx")

        if server.profile.scheme == "gsx":  # its datastores are not where the manual's are
            there = "/vmfs/volumes/498076b2-02796c1a-ef5b-000ae484a6a3"
            text = text.replace(there, server.site.datastores[0].mount)
        answer = alike(server, lambda client: converted(client, "domxml-from-native", "demo.vmx", text))
        assert answer.code == 0
        given = re.sub(r" (?:unit|placement|type|target)='[^']*'(?=[ />])", "", answer.stdout)
        for line in shown(manual, "domxml-from-native", "demo.vmx").splitlines():
            assert re.sub(r" (?:unit|placement|type|target)='[^']*'(?=[ />])", "", line) in given


class TestToVmx:
    """Converting from domain XML config to VMware VMX config"""

    def test_the_example(self, server: Simulator, manual: str) -> None:
        text = example(manual, "demo.xml")

        answer = alike(server, lambda client: converted(client, "domxml-to-native", "demo.xml", text))
        assert answer.code == 0
        path = re.compile(r'"/.*/(Fedora11/Fedora11\.vmdk)"')
        ours, its = (
            path.sub(r'"\1"', ADDED.sub("", text))
            for text in (answer.stdout, shown(manual, "domxml-to-native", "demo.xml"))
        )
        assert ours.strip() == its.strip()
        assert 'ethernet0.address = "00:50:56:25:48:c7"' in answer.stdout


class TestExample:
    """Example domain XML configs"""

    def test_its_vmx_file(self, server: Simulator, manual: str) -> None:
        found = re.search(r"Fedora11 on x86_64\n~+\n\n::\n\n(.*?)\nMigration", manual, re.DOTALL)
        assert found is not None
        text = re.sub("^   ", "", found[1], flags=re.MULTILINE)
        answer = alike(server, lambda client: converted(client, "domxml-to-native", "new.xml", text))
        assert answer.code == 0
        assert 'guestOS = "other-64"' in answer.stdout


class TestFedora:
    """Fedora11 on x86_64"""

    @pytest.mark.parametrize("profile", PROFILES)
    def test_it_is_defined_and_started(self, profile: str, manual: str) -> None:
        found = re.search(r"Fedora11 on x86_64\n~+\n\n::\n\n(.*?)\nMigration", manual, re.DOTALL)
        assert found is not None
        text = (
            found[1]
            .replace("Fedora11<", "Fedora12<")
            .replace("50115e16", "50115e17")
            .replace("Fedora11/Fedora11", "web/web_1")
        )

        def act(client: Client) -> list[Answer]:
            image = ["vol-create-as", "local-storage", "web/web_1.vmdk", "8M", "--format", "vmdk"]
            made = client(*image)
            defined = client("define", client.file("new.xml", text))
            return [made, defined, *(client(*line.split()) for line in ("start Fedora12", "domstate Fedora12"))]

        answers = on_each(lambda: Simulator(profile, transport="http"), act)
        assert [answer.code for answer in answers] == [0] * 4
        assert answers[-1].stdout == "running\n\n"
