"""The simulator in a process of its own, so that its work is in nobody's measurement.

usage: python -m benchmarks.server PROFILE VMS LATENCY [HOSTS]

Prints a line of JSON that says how to connect. Then answers each line on standard input with a line of JSON, the SOAP
calls since the last answer, method by method, and ends when its standard input does.
"""

import json
import sys
from collections import Counter

from esxvirt.sim import Simulator


def main(profile: str, vms: str, latency: str, hosts: str = "1") -> None:
    """Serve until standard input ends."""
    listen = ("127.0.0.1", 0)
    with Simulator(profile, "https", int(hosts), int(vms), float(latency), listen=listen) as simulator:
        access = {
            "port": simulator.port,
            "username": simulator.username,
            "password": simulator.password,
            "thumbprint": simulator.thumbprint,
        }
        print(json.dumps(access), flush=True)
        for _ in sys.stdin:
            calls = Counter(call.method for call in simulator.calls)
            simulator.calls.clear()
            print(json.dumps(calls), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
