"""Run proxy.py's HTTP proxy: prints its port, serves until its standard input ends.

usage: python -m tests.proxy.http_proxy RECORD NAMES [USER:PASSWORD]

RECORD is the file that gets a line `METHOD HOST:PORT` for each server that a client asks it to reach; NAMES is a JSON
object of the host names and addresses that only this proxy knows, and what they stand for.
"""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import proxy
from proxy.http.proxy import HttpProxyBasePlugin

if TYPE_CHECKING:
    from proxy.http.parser import HttpParser

# The proxy's worker processes inherit these.
_RECORD = "TESTS_PROXY_RECORD"
_NAMES = "TESTS_PROXY_NAMES"


class Witness(HttpProxyBasePlugin):
    """Writes down what was asked for, and resolves the names that only the proxy knows."""

    def before_upstream_connection(self, request: "HttpParser") -> "HttpParser":
        assert request.method is not None
        assert request.host is not None
        with Path(os.environ[_RECORD]).open("a", encoding="utf-8") as record:
            record.write(f"{request.method.decode()} {request.host.decode()}:{request.port}\n")
        return request

    def resolve_dns(self, host: str, port: int) -> tuple[str | None, None]:  # noqa: ARG002  proxy.py's signature
        return json.loads(os.environ[_NAMES]).get(host), None


def main(record: str, names: str, *accounts: str) -> None:
    os.environ[_RECORD] = record
    os.environ[_NAMES] = names
    arguments = ["--hostname", "127.0.0.1", "--port", "0", "--num-workers", "1", "--num-acceptors", "1"]
    for account in accounts:
        arguments += ["--basic-auth", account]
    with proxy.Proxy([*arguments, "--log-level", "ERROR"], plugins=[Witness]) as running:
        print(running.flags.port, flush=True)  # noqa: T201  how the tests learn it
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
