"""What all tests share: settings, an environment without the user's own, the shared material, and vcsim."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.imports import import_all
from tests.servers import Vcsim, running_vcsim
from tests.tools import ROOT

import_all()


# vcsim puts the machines of a cluster on its hosts by chance; with so many, no host of two goes without.
_VCENTER = ("-host", "2", "-vm", "30")

# Everyday runs are the same each time and watch no clock; `make fuzz` looks for what has not been seen yet.
settings.register_profile("everyday", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None, max_examples=20_000)
settings.load_profile("everyday")

# A test run in the background of a shell ignores Ctrl-C, and so would the programs whose Ctrl-C is tested.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What changes where a connection goes, who logs in, or how output looks.
_SETTINGS = (
    "ALL_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ESXVIRT_SESSION_CACHE",
    "LIBVIRT_AUTH_FILE",
    "LIBVIRT_DEBUG",
    "LIBVIRT_DEFAULT_URI",
    "LIBVIRT_LOG_FILTERS",
    "LIBVIRT_LOG_OUTPUTS",
    "NO_COLOR",
    "NO_PROXY",
    "VIRSH_DEBUG",
    "VIRSH_DEFAULT_CONNECT_URI",
    "VIRSH_HISTSIZE",
    "VIRSH_LOG_FILE",
)


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's auth.conf, default URI, proxies and language out of the tests and the programs they run."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _SETTINGS:
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        patch.setenv("LC_ALL", "C.UTF-8")
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared material beside the repository: manual, conformance data, reference notes.

    It is libvirt's and not ours to keep here, so a lone clone, which cannot install it as it can a tool, goes without.
    """
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("there is no folder `shared` beside the repository")
    return path


@pytest.fixture(scope="session")
def vcsim_esx() -> Iterator[Vcsim]:
    """Serve vcsim as an ESX host over TLS, for tests that only read."""
    with running_vcsim(esx=True, tls=True) as server:
        yield server


@pytest.fixture(scope="session")
def vcsim_esx_plain() -> Iterator[Vcsim]:
    """Serve vcsim as an ESX host over plain HTTP, for tests that only read."""
    with running_vcsim(esx=True, tls=False) as server:
        yield server


@pytest.fixture(scope="session")
def vcsim_vcenter() -> Iterator[Vcsim]:
    """Serve vcsim as a vCenter over TLS, for tests that only read."""
    with running_vcsim(*_VCENTER, esx=False, tls=True) as server:
        yield server


@pytest.fixture(scope="session")
def vcsim_vcenter_plain() -> Iterator[Vcsim]:
    """Serve vcsim as a vCenter over plain HTTP, for tests that only read."""
    with running_vcsim(*_VCENTER, esx=False, tls=False) as server:
        yield server
