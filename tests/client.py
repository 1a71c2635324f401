"""Our client as its users have it: `esxvirt.libvirt` with a callback, and the command `esxvirsh` with an auth file."""

import os
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from esxvirt import libvirt


def open_connection(uri: str, username: str, password: str) -> "libvirt.virConnect":
    """`openAuth` with a callback that knows one account."""

    def answer(wanted: list[list[Any]], _: object) -> int:
        for item in wanted:
            item[4] = username if item[0] == libvirt.VIR_CRED_AUTHNAME else password
        return 0

    kinds = [libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_NOECHOPROMPT, libvirt.VIR_CRED_PASSPHRASE]
    return libvirt.openAuth(uri, [kinds, answer, None], 0)


def machine_names(uri: str, username: str, password: str) -> list[str]:
    """The names of all machines, sorted."""
    connection = open_connection(uri, username, password)
    try:
        return sorted(domain.name() for domain in connection.listAllDomains())
    finally:
        connection.close()


def write_auth_file(directory: Path, username: str, password: str) -> Path:
    """Write an auth file with one account for every host, for our commands and for virsh."""
    path = directory / "auth.conf"
    path.write_text(
        f"[credentials-test]\nusername={username}\npassword={password}\n[auth-esx-default]\ncredentials=test\n",
        encoding="utf-8",
    )
    path.chmod(0o600)
    return path


def esxvirsh(*arguments: str, auth_file: Path | None = None, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the installed command, with nothing on its standard input."""
    variables = {**os.environ, **environment}
    if auth_file is not None:
        variables["LIBVIRT_AUTH_FILE"] = str(auth_file)
    command = [str(Path(sysconfig.get_path("scripts"), "esxvirsh")), *arguments]
    return subprocess.run(
        command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", check=False
    )
