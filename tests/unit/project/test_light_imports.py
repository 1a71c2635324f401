import subprocess
import sys

import pytest

# Each costs a command tens of milliseconds; only the functions that use one may import it.
HEAVY = ("aiohttp", "anyio", "asyncio", "cryptography", "prompt_toolkit", "python_socks", "rich", "trustme")


@pytest.mark.parametrize("module", ["esxvirt.cli.main", "esxvirt.libvirt", "esxvirt.vmx"])
def test_importing_what_every_command_needs_brings_in_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {set(HEAVY)!r}))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []


def test_converting_vmx_needs_no_server_side() -> None:
    code = "import sys, esxvirt.vmx; print(*(m for m in ('pyVmomi', 'ssl', 'http.client') if m in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []
