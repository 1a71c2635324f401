"""``esxvirt-sim``: the simulator as a program."""

import argparse
import re
import signal
import sys
import threading

from esxvirt import sim
from esxvirt.sim.licences import LICENCES
from esxvirt.sim.profiles import ALIASES, PROFILES
from esxvirt.sim.state.site.default_site import TROUBLES
from esxvirt.sim.state.site.shared_storage import KINDS

__all__ = ["options", "run"]

_UNITS = {"": 1.0, "s": 1.0, "ms": 0.001, "us": 0.000_001}


def _duration(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(us|ms|s|)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: write 5ms, 0.2s or seconds")
    return float(match[1]) * _UNITS[match[2]]


def _listen(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]*)):(\d+)", text)
    if match is None or int(match[3]) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no address: write 127.0.0.1:8443, [::1]:8443 or :0")
    return match[1] or match[2] or "127.0.0.1", int(match[3])


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count")
    return int(text)


def _troubles(text: str) -> tuple[str, ...]:
    names = tuple(part for part in text.split(",") if part)
    unknown = [name for name in names if name not in TROUBLES]
    if unknown:
        raise argparse.ArgumentTypeError(f"no such trouble: {', '.join(unknown)}; there are {', '.join(TROUBLES)}")
    return names


def _storage(text: str) -> tuple[str, ...]:
    names = tuple(part for part in text.split(",") if part)
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no such storage: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    return names


def _profile(text: str) -> str:
    if text not in PROFILES and text not in ALIASES:
        raise argparse.ArgumentTypeError(f"no profile {text!r}: choose one of {', '.join([*ALIASES, *PROFILES])}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="esxvirt-sim",
        description="Serve a simulated VMware ESX, GSX or vCenter server until interrupted.",
        epilog=f"Profiles: {', '.join(PROFILES)}.",
    )
    parser.add_argument("--profile", type=_profile, default="esx-7.0", metavar="NAME", help="the product (esx-7.0)")
    parser.add_argument("--listen", type=_listen, metavar="ADDRESS:PORT", help="where the main server listens")
    parser.add_argument("--transport", choices=("http", "https"), default="https", help="the transport (https)")
    parser.add_argument("--hosts", type=_count, default=1, metavar="N", help="a vCenter's hosts (1)")
    parser.add_argument("--vms", type=_count, default=0, metavar="N", help="machines beside the default ones (0)")
    parser.add_argument("--datacenters", type=_count, default=1, metavar="N", help="a vCenter's datacenters (1)")
    parser.add_argument("--clusters", type=_count, default=0, metavar="N", help="a vCenter's clusters (0)")
    parser.add_argument("--folders", type=_count, default=0, metavar="N", help="a vCenter's folders of each kind (0)")
    parser.add_argument(
        "--host-path", action="append", default=[], metavar="PATH",
        help="instead of these numbers, a path for each host: DATACENTER/[FOLDER/][CLUSTER+/]HOST; may be given often",
    )  # fmt: skip
    parser.add_argument(
        "--distributed", type=_count, default=0, metavar="N", help="a vCenter's distributed switches (0)"
    )
    parser.add_argument(
        "--port-group", action="append", default=[], metavar="NAME",
        help="a port group of the first distributed switch; may be given often",
    )  # fmt: skip
    parser.add_argument(
        "--opaque", action="append", default=[], metavar="NAME",
        help="a network that NSX manages; may be given often",
    )  # fmt: skip
    parser.add_argument(
        "--datastore", action="append", default=[], metavar="NAME",
        help="one more datastore of the first host, by its name in the API; may be given often",
    )  # fmt: skip
    parser.add_argument(
        "--shared", action="store_true", help="put the --vms on the datastore that a vCenter's hosts share"
    )
    parser.add_argument(
        "--storage", type=_storage, default=(), metavar="LIST", help=f"storage beside the hosts' own: {','.join(KINDS)}"
    )
    parser.add_argument("--license", choices=LICENCES, default="evaluation", help="free: as ESXi's, which only reads")
    parser.add_argument("--latency", type=_duration, default=0.0, metavar="TIME", help="added to each call: 5ms, 0.2s")
    parser.add_argument(
        "--troubled", type=_troubles, default=(), metavar="LIST", help=f"machines in trouble: {','.join(TROUBLES)}"
    )
    parser.add_argument(
        "--discards-state", action="store_true", help="power suspended machines off, too: their memory is lost"
    )
    parser.add_argument(
        "--name", action="append", default=[], metavar="NAME",
        help="a name or address that the certificate is for, too; may be given often",
    )  # fmt: skip
    parser.add_argument(
        "--idle-timeout", type=_duration, default=1800.0, metavar="TIME", help="end idle sessions: 90s (1800s)"
    )
    parser.add_argument(
        "--state",
        metavar="FILE",
        help="keep changes in FILE between runs; if it exists, it counts, not the numbers above",
    )
    return parser


def options() -> list[tuple[str, str, str]]:
    """Return every option with the name of its value, "" for none, and its meaning."""
    actions = _parser()._actions  # noqa: SLF001  # argparse has no other list of them
    listed = (action for action in actions if action.dest != "help")
    return [
        (
            action.option_strings[0],
            "|".join(map(str, action.choices)) if action.choices else str(action.metavar or ""),
            str(action.help),
        )
        for action in listed
    ]


def run(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit status. Wrong options end with status 2 and a message."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        simulator_class = sim.Simulator
    except ModuleNotFoundError as error:
        sys.stderr.write(f"esxvirt-sim: {error.name} is missing: pip install 'esxvirt[sim]'\n")
        return 1
    try:
        simulator = simulator_class(
            options.profile, options.transport, options.hosts, options.vms, options.latency,
            license=options.license, troubled=options.troubled, listen=options.listen, datacenters=options.datacenters,
            clusters=options.clusters, folders=options.folders, shared=options.shared, tree=options.host_path,
            distributed=options.distributed, port_groups=options.port_group, opaque=options.opaque,
            datastores=options.datastore, storage=options.storage, discards_state=options.discards_state,
            idle_timeout=options.idle_timeout, state=options.state, names=options.name,
        )  # fmt: skip
    except ValueError as error:
        parser.error(str(error))
    except OSError as error:
        sys.stderr.write(f"esxvirt-sim: cannot read {options.state}: {error.strerror or error}\n")
        return 1
    interrupted = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    try:
        simulator.start()
    except OSError as error:
        where = "{}:{}".format(*options.listen) if options.listen else "a free port"
        sys.stderr.write(f"esxvirt-sim: cannot listen on {where}: {error.strerror or error}\n")
        return 1
    line = f"uri={simulator.uri} user={simulator.username} password={simulator.password}"
    sys.stdout.write(f"{line} thumbprint={simulator.thumbprint or '-'}\n")
    sys.stdout.flush()
    interrupted.wait()
    try:
        simulator.stop()
    except OSError as error:
        sys.stderr.write(f"esxvirt-sim: the state is lost, cannot write {options.state}: {error.strerror or error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run())
