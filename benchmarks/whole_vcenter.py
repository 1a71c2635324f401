"""All machines of a vCenter with many hosts: esxvirsh's one connection beside govc and a plain pyVmomi script."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import ROOT, Access, Sample, median, run, serving

PROFILE = "vcenter-7.0"
HOSTS = 50
REPETITIONS = 3
# A program whose first run takes longer (seconds) is run once only.
SLOW = 20.0

Command = tuple[str, list[str], dict[str, str], Callable[[str], int]]
"""What is measured: name, command line, environment, and how many machines an output shows."""


def commands(access: Access) -> list[Command]:
    """The programs that are installed, with what they do: names and states, or these with memory and processors."""
    esxvirsh = shutil.which("esxvirsh", path=sysconfig.get_path("scripts")) or "esxvirsh"
    user = access.username.replace("@", "%40")
    base = [esxvirsh, "-c", f"vpx://{user}@127.0.0.1:{access.port}/?thumbprint={access.thumbprint}"]
    own = {"LIBVIRT_AUTH_FILE": str(access.auth_file)}
    script = [sys.executable, "-m", "benchmarks.plain_pyvmomi", str(access.port), access.username]
    found: list[Command] = [
        ("esxvirsh list --all", [*base, "list", "--all", "--name"], own, lambda text: len(text.split())),
        ("esxvirsh domstats", [*base, "domstats", "--state", "--balloon", "--vcpu"], own, _count("Domain: ")),
        ("pyVmomi, name and state", script, {"BENCHMARK_PASSWORD": access.password}, _states),
    ]
    paths = [str(ROOT / ".cache" / "bin"), os.environ.get("PATH", ""), str(Path.home() / "go" / "bin")]
    govc = shutil.which("govc", path=os.pathsep.join(paths))
    if govc:
        collect = [govc, "object.collect", "-type", "m", "/", "name", "runtime.powerState"]
        more = ["summary.config.memorySizeMB", "summary.config.numCpu", "summary.quickStats.hostMemoryUsage"]
        environment = _govc(access)
        found.insert(1, ("govc, name and state", collect, environment, _count("powerState")))
        found.insert(3, ("govc, with memory and vCPUs", [*collect, *more], environment, _count("powerState")))
    return found


def measure(vms: int, latency: float, hosts: int = HOSTS, repetitions: int = REPETITIONS) -> dict[str, Sample]:
    """The medians by program, turn by turn on one server."""
    samples: dict[str, list[Sample]] = {}
    with serving(PROFILE, vms, latency, hosts) as server:
        for _ in range(repetitions):
            for name, command, environment, count in commands(server.access):
                taken = samples.setdefault(name, [])
                if taken and taken[0].wall > SLOW:
                    continue
                sample = run(command, environment, server)
                if count(sample.output) < vms:
                    raise SystemExit(f"{name} shows {count(sample.output)} machines of {vms}:\n{sample.output[:2000]}")
                taken.append(sample)
            print(".", end="", file=sys.stderr, flush=True)
    return {name: median(taken) for name, taken in samples.items()}


def table(samples: dict[str, Sample], vms: int, hosts: int = HOSTS) -> str:
    """The medians as a table in Markdown."""
    lines = [
        (
            f"All of a vCenter, `vpx://vc/`: {hosts} hosts, {vms:,} machines, over HTTPS; medians of "
            f"{REPETITIONS} runs (one past {SLOW:.0f} s)."
        ),
        "",
        "| program | wall, s | CPU, s | SOAP calls |",
        "| :--- | ---: | ---: | ---: |",
        *(f"| {name} | {taken.wall:.2f} | {taken.cpu:.2f} | {taken.calls:,} |" for name, taken in samples.items()),
    ]
    return "\n".join(lines)


def _count(word: str) -> Callable[[str], int]:
    return lambda text: text.count(word)


def _states(text: str) -> int:
    return text.count("powered") + text.count("suspended")


def _govc(access: Access) -> dict[str, str]:
    return {
        "GOVC_URL": f"https://127.0.0.1:{access.port}/sdk",
        "GOVC_USERNAME": access.username,
        "GOVC_PASSWORD": access.password,
        "GOVC_INSECURE": "1",
        "GOVC_PERSIST_SESSION": "false",
        "GOVC_VIM_VERSION": "7.0.3.0",
    }
