"""What commands make of servers that fail, lack functions, or give odd answers."""

from typing import Any

import pytest

from esxvirt import libvirt
from tests.unit.cli.fake import Run, answering, domain, error, failing, unsupported

NO_DOMAIN = libvirt.VIR_ERR_NO_DOMAIN
INTERNAL = libvirt.VIR_ERR_INTERNAL_ERROR
RUNNING, PAUSED, SHUTOFF = libvirt.VIR_DOMAIN_RUNNING, libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_SHUTOFF
MACHINES = [domain("Zed"), domain("abc"), domain("two", 12, PAUSED), domain("one", 2, RUNNING)]
TABLE = (
    " Id   Name   State\n"
    "-----------------------\n"
    " 2    one    running\n"
    " 12   two    paused\n"
    " -    abc    shut off\n"
    " -    Zed    shut off\n\n"
)


def test_list_makes_one_call_and_sorts_running_by_id_and_others_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[tuple[int, int]] = []

    def statistics(wanted: int, flags: int) -> list[tuple[Any, dict[str, int]]]:
        asked.append((wanted, flags))
        return [(machine, {"state.state": machine.state()[0], "state.reason": 0}) for machine in MACHINES]

    run = Run(capsys, getAllDomainStats=statistics)
    assert run("list --all") == (TABLE, "", True)
    both = libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE | libvirt.VIR_CONNECT_LIST_DOMAINS_INACTIVE
    assert asked == [(libvirt.VIR_DOMAIN_STATS_STATE, both)]


def test_list_with_filters_that_statistics_do_not_have_lists_first(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[int] = []

    def machines(flags: int) -> list[Any]:
        asked.append(flags)
        return MACHINES

    run = Run(
        capsys,
        listAllDomains=machines,
        domainListGetStats=lambda found, _: [(machine, {"state.state": machine.state()[0]}) for machine in found],
    )
    assert run("list --all --autostart") == (TABLE, "", True)
    assert asked[0] & libvirt.VIR_CONNECT_LIST_DOMAINS_AUTOSTART


def test_list_asks_each_domain_where_the_driver_has_no_statistics(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(
        capsys,
        getAllDomainStats=unsupported("virConnectGetAllDomainStats"),
        listAllDomains=answering(MACHINES),
    )
    assert run("list --all") == (TABLE, "", True)


def test_a_domain_whose_state_cannot_be_read_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, getAllDomainStats=answering([(domain("dark"), {})]))
    out, _, succeeded = run("list --all")
    assert " -    dark   no state\n" in out
    assert succeeded


def test_a_list_that_fails_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, getAllDomainStats=failing(INTERNAL, "internal error: gone"))
    assert run("list") == ("\n", "error: Failed to list domains\nerror: internal error: gone\n", False)


def test_titles_of_domains_that_cannot_be_read_are_left_empty_with_a_warning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    good = domain("good", metadata=answering("A title"))
    old = domain("old", metadata=unsupported("x"), XMLDesc=answering("<domain><title>T</title></domain>"))
    bad = domain("bad", metadata=unsupported("x"), XMLDesc=failing(INTERNAL, "no such file"))
    none = domain("none", metadata=failing(libvirt.VIR_ERR_NO_DOMAIN_METADATA))
    run = Run(capsys, getAllDomainStats=answering([(d, {"state.state": SHUTOFF}) for d in (good, old, bad, none)]))
    out, err, succeeded = run("list --all --title")
    assert out.splitlines()[2:6] == [
        " -    bad    shut off   ",
        " -    good   shut off   A title",
        " -    none   shut off   ",
        " -    old    shut off   T",
    ]
    assert err == "warning: bad: no such file\n"
    assert succeeded


def test_saved_domains_are_marked_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    saved, other = domain("saved", hasManagedSaveImage=answering(1)), domain("x", hasManagedSaveImage=answering(0))
    run = Run(capsys, getAllDomainStats=answering([(d, {"state.state": SHUTOFF}) for d in (saved, other)]))
    out, _, _ = run("list --all --managed-save")
    assert " -    saved   saved\n -    x       shut off\n" in out


def test_a_domain_is_looked_up_by_id_then_uuid_then_name(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[Any] = []

    def missing(key: Any) -> Any:
        asked.append(key)
        raise error(NO_DOMAIN, "Domain not found")

    run = Run(capsys, lookupByID=missing, lookupByUUIDString=missing, lookupByName=missing)
    for text, keys in (("7", [7, "7"]), ("web", ["web"]), ("-1", ["-1"]), ("a" * 36, ["a" * 36] * 2)):
        asked.clear()
        assert run(f"domstate {text}") == ("\n", f"error: failed to get domain '{text}'\n", False)
        assert asked == keys


def test_a_lookup_that_fails_for_another_reason_gives_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, lookupByName=failing(INTERNAL, "internal error: connection reset"))
    _, err, succeeded = run("domstate web")
    assert err == "error: failed to get domain 'web'\nerror: internal error: connection reset\n"
    assert not succeeded


def _informative(**methods: Any) -> Any:
    return domain(
        "web",
        3,
        **{
            "OSType": answering("hvm"),
            "info": answering([RUNNING, 2**32 - 1, 1024, 2, 1_500_000_000]),
            "isPersistent": answering(1),
            "autostart": answering(1),
            "hasManagedSaveImage": answering(0),
            "messages": unsupported("virDomainGetMessages"),
            **methods,
        },
    )


def test_dominfo_leaves_out_or_calls_unknown_what_cannot_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    machine = _informative(
        OSType=failing(INTERNAL),
        isPersistent=failing(INTERNAL),
        autostart=failing(INTERNAL),
        hasManagedSaveImage=failing(INTERNAL),
    )
    run = Run(capsys, lookupByName=answering(machine), getSecurityModel=unsupported("virNodeGetSecurityModel"))
    out, err, succeeded = run("dominfo web")
    assert out == (
        "Id:             3\n"
        "Name:           web\n"
        "UUID:           00000000-0000-0000-0000-00000000000a\n"
        "State:          running\n"
        "CPU(s):         2\n"
        "CPU time:       1.5s\n"
        "Max memory:     no limit\n"
        "Used memory:    1024 KiB\n"
        "Persistent:     unknown\n"
        "Managed save:   unknown\n\n"
    )
    assert (err, succeeded) == ("", True)


def test_dominfo_shows_security_and_messages(capsys: pytest.CaptureFixture[str]) -> None:
    machine = _informative(messages=answering(["tainted: one", "two"]), securityLabel=answering(["label", False]))
    run = Run(capsys, lookupByName=answering(machine), getSecurityModel=answering(["model", "0"]))
    out, _, _ = run("dominfo web")
    assert out.endswith(
        "Managed save:   no\n"
        "Security model: model\n"
        "Security DOI:   0\n"
        "Security label: label (permissive)\n"
        "Messages:       tainted: one\n"
        "                two\n\n"
    )


def test_dominfo_fails_when_there_is_no_info(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, lookupByName=answering(_informative(info=failing(INTERNAL, "internal error: no"))))
    _, err, succeeded = run("dominfo web")
    assert (err, succeeded) == ("error: internal error: no\n", False)


def test_vcpucount_falls_back_to_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    xml = "<domain><vcpu current='2'>8</vcpu></domain>"
    machine = domain(
        "web", vcpusFlags=failing(libvirt.VIR_ERR_INVALID_ARG), isPersistent=answering(1), XMLDesc=answering(xml)
    )
    run = Run(capsys, lookupByName=answering(machine))
    assert run("vcpucount web")[0] == "maximum      config         8\ncurrent      config         2\n\n"
    assert run("vcpucount web --config --maximum")[0] == "8\n\n"


def test_vcpucount_falls_back_to_a_running_domains_info(capsys: pytest.CaptureFixture[str]) -> None:
    machine = domain(
        "web", 3, RUNNING, vcpusFlags=unsupported("x"), maxVcpus=answering(16), info=answering([1, 2, 2, 4, 0])
    )
    run = Run(capsys, lookupByName=answering(machine))
    assert run("vcpucount web --current")[0] == "4\n\n"
    assert run("vcpucount web --live --maximum")[0] == "16\n\n"


@pytest.mark.parametrize(
    ("graphics", "vnc", "uri"),
    [
        ("<graphics type='vnc' port='5905' listen='1.2.3.4' passwd='x'/>", "1.2.3.4:5", "vnc://:x@1.2.3.4:5"),
        (
            "<graphics type='vnc' port='5905'><listen type='address' address='::1'/></graphics>",
            "::1:5",
            "vnc://[::1]:5",
        ),
        ("<graphics type='vnc' port='5905' listen='0.0.0.0'/>", ":5", "vnc://localhost:5"),
        ("<graphics type='vnc' port='5905'/>", ":5", "vnc://localhost:5"),
        ("<graphics type='vnc' port='-1' autoport='yes'/>", None, "vnc://localhost:-5901"),
        ("<graphics type='spice' port='1' tlsPort='2' passwd='x'/>", None, "spice://localhost:1?tls-port=2&password=x"),
        ("", None, None),
    ],
)
def test_displays_are_read_from_the_xml(
    graphics: str, vnc: str | None, uri: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = domain("web", 3, XMLDesc=answering(f"<domain><devices>{graphics}</devices></domain>"))
    run = Run(capsys, lookupByName=answering(machine))
    out, err, _ = run("vncdisplay web")
    assert out == (f"{vnc}\n\n" if vnc else "\n")
    assert bool(err) == (vnc is None)
    out, err, _ = run("domdisplay web")
    assert out == (f"{uri}\n" if uri else "\n")
    assert bool(err) == (uri is None)


def test_a_stopped_domain_has_no_display(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, lookupByName=answering(domain("web")))
    assert run("vncdisplay web") == ("\n", "error: Domain is not running\n", False)


def test_a_defect_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, getHostname=answering(None))
    out, err, succeeded = run("hostname")
    assert out == "\n"
    assert err.startswith("error: hostname met a defect of esxvirt, TypeError: ")
    assert not succeeded


def test_processor_shares_are_of_what_passed_in_between(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("threading.Event.wait", answering(False))
    answers = iter([{"kernel": 0, "user": 0, "idle": 0}, {"kernel": 10, "user": 15, "idle": 75, "iowait": 0}])
    run = Run(capsys, getCPUStats=lambda _: next(answers))
    assert run("nodecpustats --percent")[0] == (
        "usage:           25.0%\n"
        "user:            15.0%\n"
        "system:          10.0%\n"
        "idle:            75.0%\n"
        "iowait:           0.0%\n\n"
    )


def test_statistics_have_virshs_names(capsys: pytest.CaptureFixture[str]) -> None:
    machine = domain("web", blockStatsFlags=answering({"wr_bytes": 4, "rd_operations": 1, "rd_bytes": 2, "new": 9}))
    run = Run(capsys, lookupByName=answering(machine))
    assert run("domblkstat web sda")[0] == "sda rd_req 1\nsda rd_bytes 2\nsda wr_bytes 4\nsda new 9\n\n"


def test_typed_values_are_printed_as_virsh_does(capsys: pytest.CaptureFixture[str]) -> None:
    values = {"a.flag": True, "b.flag": False, "c.number": 1.5, "d.text": "x y", "e.count": 3}
    run = Run(capsys, getAllDomainStats=answering([(domain("web"), values), (domain("x"), {})]))
    assert run("domstats")[0] == (
        "Domain: 'web'\n  a.flag=yes\n  b.flag=no\n  c.number=1.500000\n  d.text=x y\n  e.count=3\n\nDomain: 'x'\n\n"
    )


def test_disks_and_interfaces_are_listed_from_the_xml(capsys: pytest.CaptureFixture[str]) -> None:
    xml = """<domain><devices>
      <disk type='file' device='cdrom'><target dev='hda'/></disk>
      <disk type='block' device='disk'><source dev='/dev/x'/><target dev='sda'/></disk>
      <interface type='bridge'><source bridge='VM Network'/><mac address='00:0c:29:00:00:01'/></interface>
    </devices></domain>"""
    run = Run(capsys, lookupByName=answering(domain("web", XMLDesc=answering(xml))))
    assert run("domblklist web --details")[0] == (
        " Type    Device   Target   Source\n"
        "-----------------------------------\n"
        " file    cdrom    hda      -\n"
        " block   disk     sda      /dev/x\n\n"
    )
    assert run("domiflist web")[0].splitlines()[2] == " -           bridge   VM Network   -       00:0c:29:00:00:01"
    assert run("domif-getlink web 00:0C:29:0:0:1")[0] == "00:0C:29:0:0:1 up\n"


@pytest.mark.parametrize("xml", ["<domain>", "", "<domain><devices><disk type='file'/></devices></domain>"])
def test_xml_that_cannot_be_read_is_an_error(xml: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, lookupByName=answering(domain("web", XMLDesc=answering(xml))))
    out, err, succeeded = run("domblklist web")
    assert (out, succeeded) == ("\n", False)
    assert err.startswith("error: ")
    assert "defect" not in err
