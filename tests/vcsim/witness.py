"""What govc, govmomi's own client, says about a server."""

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any

from tests.servers import Vcsim
from tests.tools import require


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine: its BIOS UUID, power state as on the wire, memory in MiB, number of virtual CPUs."""

    uuid: str
    state: str
    memory: int
    vcpus: int


def govc(server: Vcsim, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run govc on a server, whatever its certificate."""
    settings = {
        "GOVC_URL": f"{server.transport}://{server.host}:{server.port}/sdk",
        "GOVC_USERNAME": server.username,
        "GOVC_PASSWORD": server.password,
        "GOVC_INSECURE": "1",
        "GOVC_PERSIST_SESSION": "false",
    }
    command = [require("govc"), *arguments]
    variables = {**os.environ, **settings, **environment}
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def govc_json(server: Vcsim, *arguments: str) -> Any:
    """What a govc command answers in JSON."""
    answer = govc(server, *arguments)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def machines_of(server: Vcsim, host: str) -> dict[str, Machine]:
    """The machines of the host with this name."""
    hosts = govc_json(server, "host.info", "-json", "*")["hostSystems"]
    reference = next(entry["self"]["value"] for entry in hosts if entry["summary"]["config"]["name"] == host)
    found = {}
    for machine in govc_json(server, "vm.info", "-json", "*")["virtualMachines"]:
        if machine["runtime"]["host"]["value"] == reference:
            config = machine["config"]
            hardware = config["hardware"]
            state = machine["runtime"]["powerState"]
            found[config["name"]] = Machine(config["uuid"], state, hardware["memoryMB"], hardware["numCPU"])
    return found
