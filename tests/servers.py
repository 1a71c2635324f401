"""govmomi's vcsim as a server for tests: the vSphere server that shares nothing with our own simulator."""

import hashlib
import re
import select
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.tools import require

# Seconds that vcsim may take to bind its port; it takes a fraction of one.
_START_LIMIT = 60

VCSIM_USERNAME = "root"
VCSIM_PASSWORD = "p&ss <w>örd'\"%2f"  # what breaks where a password is pasted into XML, a URL or a command line


@dataclass(frozen=True, slots=True)
class Vcsim:
    """A running vcsim. Its hosts' names and paths are the ones that vcsim's default models have."""

    host: str
    port: int
    transport: str  # "http" or "https"
    esx: bool  # an ESX host of its own, else a vCenter
    username: str = VCSIM_USERNAME
    password: str = VCSIM_PASSWORD

    @property
    def certificate(self) -> str:
        """The server's self-signed certificate, PEM."""
        return ssl.get_server_certificate((self.host, self.port))

    @property
    def thumbprint(self) -> str:
        """The SHA-256 of the server's certificate: upper-case hex pairs with colons."""
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.certificate)).hexdigest().upper()
        return ":".join(re.findall("..", digest))

    def uri(self, path: str | None = None, **parameters: str) -> str:
        """The connection URI, with a user, to the ESX host or (by default) to the first cluster's first host."""
        if self.transport == "http":
            parameters = {"transport": "http", **parameters}
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        scheme, default_path = ("esx", "/") if self.esx else ("vpx", "/DC0/DC0_C0/DC0_C0_H0")
        uri = f"{scheme}://{self.username}@{self.host}:{self.port}{path or default_path}"
        return f"{uri}?{query}" if query else uri


@contextmanager
def running_vcsim(*arguments: str, esx: bool, tls: bool) -> Iterator[Vcsim]:
    """Start vcsim on a free loopback port, with more of its `arguments` if wanted; it ends with the block.

    vcsim takes the end of its standard input for its end, so none is left over if the test run is killed.
    """
    mode = [f"-esx={str(esx).lower()}", f"-tls={str(tls).lower()}"]
    account = ["-username", VCSIM_USERNAME, "-password", VCSIM_PASSWORD]
    command = [require("vcsim"), "-l", "127.0.0.1:0", "-stdinexit", *mode, *account, *arguments]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            ready, _, _ = select.select([process.stdout], [], [], _START_LIMIT)
            line = process.stdout.readline().decode() if ready else ""
            address = re.search(r"@([\d.]+):(\d+)/sdk", line)
            if address is None:
                errors.seek(0)
                raise RuntimeError(f"vcsim did not start: {line!r} {errors.read().decode(errors='replace')}")
            yield Vcsim(address[1], int(address[2]), "https" if tls else "http", esx)
        finally:
            process.stdin.close()
            process.stdout.close()
            process.terminate()
            process.wait()


def write_certificate(server: Vcsim, directory: Path) -> Path:
    """Write the server's certificate where `cacert=` can name it."""
    path = directory / "vcsim.pem"
    path.write_text(server.certificate, encoding="ascii")
    return path
