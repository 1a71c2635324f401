"""One machine's life through esxvirsh, from the manual's example: after each step the real virsh sees the same."""

import re
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from esxvirt import libvirt_esx
from esxvirt.sim import Simulator
from tests.client import open_connection
from tests.reference import harness

PROFILES = ["esx-3.5", "esx-4.1", "esx-5.5", "esx-8.0", "gsx-2.0"]
LOOK = "dominfo walker; domstate walker --reason; domid walker; schedinfo walker; dumpxml walker"


class Walk:
    """The two programs on one server, and the machine's XML in a file."""

    def __init__(self, simulator: Simulator, auth_file: Path, xml: Path) -> None:
        self.simulator = simulator
        self.xml = xml
        self._auth_file = str(auth_file)

    def virsh(self, line: str) -> harness.Answer:
        """Run the real one."""
        return harness.virsh(["-c", self.simulator.uri, line], LIBVIRT_AUTH_FILE=self._auth_file)

    def esxvirsh(self, line: str, query: str = "") -> harness.Answer:
        """Run ours."""
        return harness.esxvirsh(["-c", self.simulator.uri + query, line], LIBVIRT_AUTH_FILE=self._auth_file)

    def step(self, line: str, *wanted: str, said: str = "", query: str = "") -> None:
        """Do a step with ours, and see that both see the same afterwards, and in it what is wanted (patterns)."""
        ours, theirs = self.esxvirsh(f"{line}; {LOOK}", query), self.virsh(LOOK)
        done, begin, seen = ours.stdout.partition("Id: ")
        # A suspended machine has a managed save image here, which libvirt's driver knows none of.
        seen = re.sub(r"^(Managed save: +)yes$", r"\1no", seen, flags=re.MULTILINE)
        assert harness.Answer(begin + seen, ours.stderr, ours.code) == theirs, line
        assert theirs.code == 0, (line, theirs)
        assert said in done
        for pattern in wanted:
            assert re.search(pattern, theirs.stdout), (line, pattern, theirs.stdout)
        assert list(self.simulator.sessions) == []

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Another client starts the machine, and is asked; it waits until somebody else has answered."""
        asked, answered = threading.Event(), threading.Event()
        simulator = self.simulator

        def leave_to_others(*_: object) -> str:
            asked.set()
            answered.wait(60)
            return "2"

        def start() -> None:
            connection = open_connection(simulator.uri, simulator.username, simulator.password)
            libvirt_esx.set_question_callback(connection, leave_to_others)
            connection.lookupByName("walker").create()
            connection.close()

        thread = threading.Thread(target=start)
        thread.start()
        try:
            assert asked.wait(60)
            yield
        finally:
            answered.set()
            thread.join()


@pytest.fixture(params=PROFILES)
def walk(request: pytest.FixtureRequest, auth_file: Path, shared: Path, tmp_path: Path) -> Iterator[Walk]:
    manual = (shared / "manual" / "drvesx.rst").read_text(encoding="utf-8")
    examples = manual.partition("\nExample domain XML configs\n")[2]
    [sample] = re.findall(r"^   <domain type='vmware'>.*?^   </domain>\n", examples, re.MULTILINE | re.DOTALL)
    xml = textwrap.dedent(sample).replace("<name>Fedora11<", "<name>walker<").replace("91710</uuid>", "917aa</uuid>")
    with Simulator(request.param, transport="http", password="secret") as simulator:
        [machine] = [machine for machine in simulator.site.machines.values() if machine.name == "Fedora11"]
        file = tmp_path / "walker.xml"
        file.write_text(xml.replace("[local-storage]", f"[{machine.datastore.name}]"), encoding="utf-8")
        yield Walk(simulator, auth_file, file)


def test_both_see_the_same_after_each_step(walk: Walk) -> None:
    off, on, paused = (rf"(?ms)^State: +{state}$.*^{state} \(unknown\)$" for state in ("shut off", "running", "paused"))
    walk.step(f"define {walk.xml}", off, r"<memory unit='KiB'>1048576<", "<model type='e1000'/>|<interface ", r"\n-\n")
    walk.step("start walker", on, "<domain type='vmware' id='", said="Domain 'walker' started")
    walk.step("schedinfo walker reservation=100 limit=900 shares=-3", on, "reservation *: 100", "limit *: 900")
    walk.step("schedinfo walker limit=-1 shares=700", "reservation *: 100", "limit *: -1", "shares *: 700")
    walk.step("setmem walker 524288 --current", on, "Used memory: +524288 KiB", "Max memory: +1048576 KiB")
    walk.step("memtune walker --min-guarantee 131072", "<min_guarantee unit='KiB'>131072<")
    walk.step("autostart walker", "Autostart: +enable")
    walk.step("autostart walker --disable", "Autostart: +disable")
    walk.step("suspend walker", paused)
    walk.step("resume walker", on)
    walk.step("destroy walker", off)
    walk.step("setmaxmem walker 2G --current", off, "Max memory: +2097152 KiB")
    walk.step("setvcpus walker 2", off, r"CPU\(s\): +2\n")
    walk.simulator.trouble("walker", "moved")
    refused = walk.esxvirsh("start walker")
    assert (refused.code, refused.stdout) == (1, "\n")
    assert re.search("question is '(?s:.)*moved or copied(?s:.)*possible answers are", refused.stderr)
    with walk.waiting():
        assert "moved" in walk.esxvirsh("question walker").stdout
        assert walk.esxvirsh("answer walker 2").code == 0
    walk.step("domstate walker", on, said="running")
    walk.step("destroy walker", off, said="Domain 'walker' destroyed")
    walk.simulator.trouble("walker", "cdrom")
    walk.step("start walker", on, query="&auto_answer=1")
    walk.step("destroy walker", off)
    dumped = walk.esxvirsh("dumpxml walker").stdout
    walk.xml.write_text(re.sub(r"<memory unit='KiB'>\d+<", "<memory unit='KiB'>4194304<", dumped), encoding="utf-8")
    walk.step(f"define {walk.xml}", off, "Max memory: +4194304 KiB", r"CPU\(s\): +2\n", r"shares *: 700")
    assert walk.esxvirsh("undefine walker").stdout == "Domain 'walker' has been undefined\n\n"
    ours, theirs = walk.esxvirsh("domuuid walker"), walk.virsh("domuuid walker")
    assert ours == theirs
    assert "failed to get domain 'walker'" in ours.stderr
    assert walk.virsh(f"define {walk.xml}").code == 0  # the files that are left are a machine's, for the real one, too
