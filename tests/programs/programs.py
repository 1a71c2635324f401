"""The programs that are run, unmodified, and what each is told to do."""

from functools import cache
from typing import Final

from tests.programs.environments import (
    Environment,
    MissingError,
    collections_of_ansible,
    examples_of_libvirt_python,
    has_debian,
    of_debian,
    of_git,
    of_pypi,
    program,
)
from tests.programs.running import Program, Step

__all__ = ["PROGRAMS"]

DOMAIN: Final = """\
<domain type='vmware'>
  <name>made</name>
  <memory unit='MiB'>256</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='[local-storage] archive/archive.vmdk'/>
      <target dev='sda' bus='scsi'/>
    </disk>
  </devices>
</domain>
"""


@cache
def _examples() -> Environment:
    folder = examples_of_libvirt_python()
    try:
        return of_pypi("plain", module="libxml2")._replace(folder=folder)
    except MissingError:
        if not has_debian():  # which is much to fetch for a few scripts
            raise
        return of_debian()._replace(folder=folder)


@cache
def _ansible() -> Environment:
    variables = {
        "ANSIBLE_COLLECTIONS_PATH": str(collections_of_ansible()),
        "ANSIBLE_INVENTORY_ENABLED": "host_list,auto,community.libvirt.libvirt",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
    }
    return of_pypi("ansible", "ansible-core==2.14.18")._replace(variables=variables)


@cache
def _salt() -> Environment:
    # The last two are what salt's own packages have, and its requirements on PyPI leave out.
    others = ("msgpack<1.1", "looseversion", "packaging", "jinja2", "distro", "psutil", "requests", "tornado")
    return of_pypi("salt", "salt==3006.9", *others)


@cache
def _virtualbmc() -> Environment:
    program("ipmitool")
    return of_pypi("virtualbmc", "virtualbmc==3.2.0")


@cache
def _vdsm() -> Environment:
    folder = of_git("vdsm", "https://github.com/oVirt/vdsm.git", "lib/vdsm/v2v.py")
    return of_pypi("vdsm-needs", "python-dateutil", "six")._replace(folder=folder)


@cache
def _capev2() -> Environment:
    folder = of_git("capev2", "https://github.com/kevoreilly/CAPEv2.git", "modules/machinery/esx.py")
    return of_pypi("vdsm-needs", "python-dateutil", "six")._replace(folder=folder)


@cache
def _virt_manager() -> Environment:
    program("Xvfb")
    return of_debian()


def _example(name: str, *arguments: str) -> tuple[str, ...]:
    return ("{python}", f"{{folder}}/{name}.py", *arguments)


def _ansible_step(what: str, module: str, arguments: str, expect: str = "") -> Step:
    python = ("-e", "ansible_python_interpreter={python}")
    module = f"community.libvirt.{module}"
    command = ("{folder}/bin/ansible", "-i", "localhost,", "-c", "local", "localhost", *python, "-m", module, "-a")
    return Step(what, (*command, f"uri={{uri}} {arguments}"), expect)


def _salt_step(function: str, *arguments: str, expect: str = "") -> Step:
    command = ("{folder}/bin/salt-call", "--local", "--config-dir", "{work}/salt", "--retcode-passthrough")
    return Step(f"`{function}`", (*command, function, *arguments), expect)


def _virtinst(what: str, name: str, *arguments: str, expect: str = "") -> Step:
    return Step(what, ("{python}", f"{{folder}}/usr/bin/{name}", "--connect", "{uri}", *arguments), expect)


def _vbmc(*arguments: str, expect: str = "") -> Step:
    return Step(f"`vbmc {arguments[0]}`", ("{folder}/bin/vbmc", "--no-daemon", *arguments), expect)


def _ipmi(*arguments: str, expect: str = "") -> Step:
    login = ("-I", "lanplus", "-H", "127.0.0.1", "-p", "6230", "-U", "admin", "-P", "password")
    return Step(f"`ipmitool {' '.join(arguments)}`", ("ipmitool", *login, *arguments), expect)


PROGRAMS: Final = (
    Program(
        "libvirt-python's examples",
        "PyPI, sdist 11.3.0",
        _examples,
        (
            Step("`dominfo`", _example("dominfo", "web"), "State"),
            Step("`nodestats`", _example("nodestats")),
            Step("`topology`", _example("topology")),
            Step("`domipaddrs`", _example("domipaddrs", "{uri}", "web"), "MAC|Interface|IP"),
            Step("`dhcpleases`", _example("dhcpleases", "{uri}", "vSwitch0")),
            Step("`domstart`", _example("domstart", "{work}/made.xml"), "[Ss]tart"),
            Step(
                "`sparsestream`",
                _example("sparsestream", "--download", "{uri}", "[local-storage] iso/install.iso", "{work}/out"),
            ),
            Step("`event-test`", _example("event-test", "--timeout", "2", "{uri}")),
            Step("`event-test --loop poll`", _example("event-test", "--loop", "poll", "--timeout", "2", "{uri}")),
            Step("`event-test --loop asyncio`", _example("event-test", "--loop", "asyncio", "--timeout", "2", "{uri}")),
            Step("`domsave`", _example("domsave", "{work}")),
        ),
        quick=True,
        files={"made.xml": DOMAIN},
    ),
    Program(
        "libvirt-python's `esxlist`",
        "PyPI, sdist 11.3.0",
        _examples,
        (Step("`esxlist`", _example("esxlist", "{host}:{port}"), "Domains|CPU", "{user}\n{password}\n"),),
        quick=True,
        transport="https",
    ),
    Program(
        "Ansible, community.libvirt",
        "PyPI (core 2.14), Debian (collection)",
        _ansible,
        (
            _ansible_step("`virt` list_vms", "virt", "command=list_vms", "archive"),
            _ansible_step("`virt` info", "virt", "command=info", "running"),
            _ansible_step("`virt` get_xml", "virt", "command=get_xml name=archive", "<domain"),
            _ansible_step("`virt` state=running", "virt", "name=archive state=running", "CHANGED"),
            _ansible_step("`virt` status", "virt", "name=archive command=status", "running"),
            _ansible_step("`virt` state=paused", "virt", "name=archive state=paused", "CHANGED|SUCCESS"),
            _ansible_step("`virt` unpause", "virt", "name=archive command=unpause", "CHANGED|SUCCESS"),
            _ansible_step("`virt` state=destroyed", "virt", "name=archive state=destroyed", "CHANGED"),
            _ansible_step("`virt` autostart", "virt", "name=archive autostart=yes", "CHANGED|SUCCESS"),
            _ansible_step("`virt` undefine", "virt", "name=archive command=undefine", "CHANGED|SUCCESS"),
            Step(
                "`virt` define and create, a playbook",
                (
                    "{folder}/bin/ansible-playbook",
                    "-i",
                    "localhost,",
                    "-c",
                    "local",
                    "-e",
                    "ansible_python_interpreter={python}",
                    "{work}/play.yml",
                ),
                "failed=0",
            ),
            _ansible_step("`virt_net` list_nets", "virt_net", "command=list_nets", "vSwitch0"),
            _ansible_step("`virt_net` info", "virt_net", "command=info", "vSwitch0"),
            _ansible_step("`virt_net` facts", "virt_net", "command=facts", "ansible_libvirt_networks"),
            _ansible_step("`virt_pool` list_pools", "virt_pool", "command=list_pools", "local-storage"),
            _ansible_step("`virt_pool` info", "virt_pool", "command=info", "local-storage"),
            _ansible_step("`virt_pool` facts", "virt_pool", "command=facts", "ansible_libvirt_pools"),
            _ansible_step("`virt_pool` define", "virt_pool", "command=define xml='<pool type=\"netfs\"/>' name=nfs"),
            Step(
                "inventory plugin",
                ("{folder}/bin/ansible-inventory", "-i", "{work}/lab.libvirt.yml", "--list"),
                "web",
            ),
        ),
        files={
            "lab.libvirt.yml": "plugin: community.libvirt.libvirt\nuri: '{uri}'\n",
            "play.yml": "- hosts: all\n  gather_facts: false\n  tasks:\n"
            "  - community.libvirt.virt: {command: define, uri: '{uri}', xml: \"{{ lookup('file', 'made.xml') }}\"}\n"
            "  - community.libvirt.virt: {command: create, uri: '{uri}', name: made}\n",
            "made.xml": DOMAIN,
        },
    ),
    Program(
        "Salt, module virt",
        "PyPI, 3006.9",
        _salt,
        (
            _salt_step("virt.list_domains", expect="archive"),
            _salt_step("virt.vm_info", "web", expect="cpu"),
            _salt_step("virt.vm_state", "web", expect="running"),
            _salt_step("virt.get_xml", "web", expect="<domain"),
            _salt_step("virt.get_disks", "web", expect="web.vmdk"),
            _salt_step("virt.get_nics", "web", expect="mac"),
            _salt_step("virt.start", "archive", expect="True"),
            _salt_step("virt.pause", "archive", expect="True"),
            _salt_step("virt.resume", "archive", expect="True"),
            _salt_step("virt.stop", "archive", expect="True"),
            _salt_step("virt.setmem", "archive", "512", "config=True", expect="True"),
            _salt_step("virt.node_info", expect="cpucores|cpus"),
            _salt_step("virt.freemem", expect=r"\d"),
            _salt_step("virt.network_info", expect="VM Network"),
            _salt_step("virt.pool_info", expect="local-storage"),
            _salt_step("virt.volume_infos", "local-storage", expect="web.vmdk"),
            _salt_step("virt.capabilities", expect="x86_64"),
            _salt_step("virt.undefine", "archive", expect="True"),
        ),
        files={
            "salt/minion": "file_client: local\nid: here\nroot_dir: {work}/salt\nvirt:\n  connection:\n    uri: {uri}\n"
        },
    ),
    Program(
        "virtinst",
        "Debian 13, 5.0.0",
        of_debian,
        (
            _virtinst(
                "`virt-install --print-xml`",
                "virt-install",
                *["--name", "new", "--memory", "512", "--import"],
                "--disk",
                "[local-storage] archive/archive.vmdk",
                *["--osinfo", "generic", "--network", "none", "--check", "all=off"],
                "--print-xml",
                expect="archive.vmdk",
            ),
            _virtinst(
                "`virt-install --import`",
                "virt-install",
                *["--name", "new", "--memory", "512", "--import"],
                "--disk",
                "[local-storage] archive/archive.vmdk",
                *["--osinfo", "generic", "--network", "none", "--check", "all=off"],
                *["--noautoconsole", "--noreboot"],
                expect="completed|created",
            ),
            _virtinst(
                "`virt-install --disk pool=,size=`",
                "virt-install",
                *["--name", "sized", "--memory", "512", "--import"],
                "--disk",
                "pool=local-storage,size=1",
                *["--osinfo", "generic", "--network", "none"],
                *["--noautoconsole", "--noreboot"],
                expect="completed|created",
            ),
            _virtinst(
                "`virt-clone --auto-clone`",
                "virt-clone",
                *["--original", "archive", "--auto-clone"],
                expect="created successfully",
            ),
            _virtinst("`virt-xml --edit`", "virt-xml", *["archive", "--edit", "--memory", "1024"], expect="defined"),
            _virtinst(
                "`virt-xml --print-diff`",
                "virt-xml",
                *["archive", "--edit", "--metadata", "title=x", "--print-diff"],
                expect=r"\+  <title>x",
            ),
            _virtinst(
                "`virt-xml --add-device`",
                "virt-xml",
                *["archive", "--add-device", "--disk"],
                "[local-storage] iso/install.iso,device=cdrom",
                expect="defined",
            ),
            _virtinst(
                "`virt-xml --remove-device`",
                "virt-xml",
                *["archive", "--remove-device", "--disk", "device=cdrom"],
                expect="defined",
            ),
        ),
    ),
    Program(
        "vdsm, module v2v",
        "its repository",
        _vdsm,
        (
            Step(
                "external machines of a host",
                ("{python}", "{drivers}/vdsm_v2v.py", "{folder}", "{uri}", "{user}", "{password}", "{work}"),
                r"Done.* [1-9]\d* machines",
            ),
        ),
    ),
    Program(
        "vdsm, module v2v, 155 machines",
        "its repository",
        _vdsm,
        (
            Step(
                "external machines of a vCenter",
                ("{python}", "{drivers}/vdsm_v2v.py", "{folder}", "{uri}", "{user}", "{password}", "{work}"),
                r"Done.* 15\d machines",
            ),
        ),
        profile="vcenter-7.0",
        machines=155,
    ),
    Program(
        "CAPEv2, ESX machinery",
        "its repository",
        _capev2,
        tuple(
            Step(
                what, ("{python}", "{drivers}/capev2_esx.py", "{folder}", "{uri}", "{user}", "{password}", what), "done"
            )
            for what in ("list", "start from a snapshot", "stop", "screenshot", "dump memory")
        ),
    ),
    Program(
        "virtualbmc with ipmitool",
        "PyPI, 3.2.0",
        _virtualbmc,
        (
            Step("`vbmcd`", ("{folder}/bin/vbmcd", "--foreground"), "Started vBMC server", background=True),
            _vbmc("add", "archive", "--port", "6230", "--libvirt-uri", "{uri}"),
            _vbmc("start", "archive"),
            _vbmc("list", expect=r"archive\s+\| running"),
            _ipmi("power", "status", expect="is off"),
            _ipmi("chassis", "bootdev", "pxe", expect="Set Boot Device to pxe"),
            _ipmi("chassis", "bootparam", "get", "5", expect="Force PXE"),
            _ipmi("power", "on", expect="Up/On"),
            _ipmi("power", "status", expect="is on"),
            _ipmi("power", "reset", expect="Reset"),
            _ipmi("power", "off", expect="Down/Off"),
            _ipmi("power", "status", expect="is off"),
        ),
        quick=True,
    ),
    Program(
        "virt-manager under Xvfb",
        "Debian 13, 5.0.0",
        _virt_manager,
        (
            Step(
                "connects, lists the machines",
                ("{python}", "{drivers}/virt_manager.py", "{folder}", "{python}", "{uri}", "{work}", "Xvfb"),
                "connected and listed",
            ),
        ),
    ),
)
