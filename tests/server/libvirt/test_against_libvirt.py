"""The same libvirt-python program on the real library and on ours, against vcsim: same values, same errors."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from esxvirt.libvirt._methods import methods
from tests.servers import VCSIM_PASSWORD, running_vcsim
from tests.tools import require

PROGRAM = str(Path(__file__).with_name("program.py"))
NO_SUPPORT, READ_ONLY = 3, 29
# libvirt's own log, which goes to stderr too.
LOG = re.compile(r"\d{4}-\d\d-\d\d \S+: \d+: (?:info|warning) : .*")
# What the program cannot call on both: closing, arguments that libvirt-python has no plain value for, and
# two of which libvirt's answer depends on more: on the source of the addresses, on what libvirt-python cleans up.
NOT_CALLED = {
    *("close", "createWithFiles", "createXMLWithFiles", "openGraphics"),
    *("interfaceAddresses", "networkEventRegisterAny"),
}


# Runs the shared proxy on a free port, which it prints.
PROXY = """
import http.server, importlib.util, sys
spec = importlib.util.spec_from_file_location("vcsim_for_virsh", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.Proxy.upstream_port = int(sys.argv[2])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), module.Proxy)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@contextmanager
def server_for_libvirt(shared: Path) -> Iterator[str]:
    """Serve vcsim through the proxy that adds what the real libvirt cannot do without; yields a URI."""
    script = shared / "reference" / "vcsim_for_virsh.py"
    with running_vcsim(esx=True, tls=False) as vcsim:
        command = [sys.executable, "-c", PROXY, str(script), str(vcsim.port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as proxy:
            try:
                assert proxy.stdout is not None
                port = int(proxy.stdout.readline())
                yield f"esx://{vcsim.username}@127.0.0.1:{port}/?transport=http"
            finally:
                proxy.terminate()


@pytest.fixture(scope="module")
def uri(shared: Path) -> Iterator[str]:
    with server_for_libvirt(shared) as found:
        yield found


def run(command: list[str], uri: str, mode: str, what: str, stdin: str = "") -> tuple[dict[str, Any], list[str]]:
    """What the program told, and what went to stderr."""
    arguments = [*command, PROGRAM, uri, VCSIM_PASSWORD, mode, what]
    answer = subprocess.run(arguments, input=stdin, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout), [line for line in answer.stderr.splitlines() if not LOG.fullmatch(line)]


# What libvirt's driver has not, and ours has.
SUPPORTED_BY_OURS = {
    "virConnect.createLinux",
    "virConnect.createXML",
    "virConnect.domainEventDeregister",
    "virConnect.domainEventDeregisterAny",
    "virConnect.domainEventRegister",
    "virConnect.domainEventRegisterAny",
    "virConnect.networkEventDeregisterAny",
    "virConnect.networkEventRegisterAny",
    "virConnect.nodeDeviceEventDeregisterAny",
    "virConnect.nodeDeviceEventRegisterAny",
    "virConnect.storagePoolEventDeregisterAny",
    "virConnect.storagePoolEventRegisterAny",
    "virDomain.blockInfo",
    "virDomain.managedSave",
    "virDomain.managedSaveRemove",
    "virConnect.findStoragePoolSources",
    "virConnect.getAllDomainStats",
    "virConnect.domainListGetStats",
    "virConnect.getCellsFreeMemory",
    "virConnect.getCPUMap",
    "virConnect.getDomainCapabilities",
    "virConnect.getMaxVcpus",
    "virConnect.getSysinfo",
    "virConnect.listAllDevices",
    "virConnect.listAllInterfaces",
    "virConnect.listDevices",
    "virConnect.nodeDeviceLookupByName",
    "virConnect.numOfDevices",
    "virConnect.setKeepAlive",
    "virConnect.listAllStoragePools",
    "virConnect.storagePoolCreateXML",
    "virConnect.storagePoolDefineXML",
    "virConnect.storagePoolLookupByTargetPath",
    "virDomain.abortJob",
    "virDomain.abortJobFlags",
    "virDomain.attachDevice",
    "virDomain.attachDeviceFlags",
    "virDomain.detachDevice",
    "virDomain.detachDeviceAlias",
    "virDomain.detachDeviceFlags",
    "virDomain.fsInfo",
    "virDomain.guestInfo",
    "virDomain.jobInfo",
    "virDomain.jobStats",
    "virDomain.listAllSnapshots",
    "virDomain.metadata",
    "virDomain.pMSuspendForDuration",
    "virDomain.rename",
    "virDomain.reset",
    "virDomain.sendKey",
    "virDomain.setMetadata",
    "virDomain.updateDeviceFlags",
    "virStoragePool.build",
    "virStoragePool.create",
    "virStoragePool.delete",
    "virStoragePool.destroy",
    "virStoragePool.undefine",
    # Refused by both; ours says what to do instead.
    "virDomain.blockPeek",
    "virDomain.coreDump",
    "virDomain.coreDumpWithFormat",
}

TOPOLOGY = re.compile(r" *<topology>\n.*</topology>\n", re.DOTALL)

REAL = [require("libvirt-python")]
OURS = [sys.executable, "-m", "esxvirt.compat"]


@pytest.mark.parametrize("mode", ["read-write", "read-only"])
def test_calls_give_the_same_values_and_errors(uri: str, mode: str) -> None:
    (real, real_stderr), (ours, our_stderr) = run(REAL, uri, mode, "calls"), run(OURS, uri, mode, "calls")
    # The host's NUMA nodes, which libvirt's driver does not tell.
    ours["getCapabilities"]["value"] = TOPOLOGY.sub("", ours["getCapabilities"]["value"])
    assert {name: ours[name] for name in real if ours[name] != real[name]} == {
        name: real[name] for name in real if ours[name] != real[name]
    }
    assert our_stderr == real_stderr


@pytest.mark.parametrize("mode", ["read-write", "read-only"])
def test_what_libvirt_refuses_ours_refuses_alike(shared: Path, mode: str) -> None:
    calls = [
        (name, method.name, [part.partition("=")[0] for part in method.parameters.split(", ") if part])
        for name in ("virConnect", "virDomain")
        for method in methods(name)
        if method.name not in NOT_CALLED
    ]
    told = []
    for command in (REAL, OURS):
        with server_for_libvirt(shared) as uri:  # one for each: what is supported is carried out
            told.append(run(command, uri, mode, "methods", json.dumps(calls))[0])
    real, ours = told
    refused = [name for name, come in real.items() if (come.get("error") or [0])[0] in {NO_SUPPORT, READ_ONLY}]
    assert {name: ours[name] for name in refused if name not in SUPPORTED_BY_OURS} == {
        name: real[name] for name in refused if name not in SUPPORTED_BY_OURS
    }
    assert len(refused) > 150
