"""Have CAPEv2's ESX machinery do something: `capev2_esx.py SOURCE URI USER PASSWORD WHAT`.

The machinery and what it derives from are used as they are. What they import beside that (a database, configuration
files, a dozen packages) and what has nothing to do with machines is played.
"""

import importlib.abc
import importlib.machinery
import sys
import tempfile
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

REAL = {"lib", "lib.cuckoo", "lib.cuckoo.common", "modules", "modules.machinery"} | {
    "lib.cuckoo.common.abstracts",
    "lib.cuckoo.common.exceptions",
    "lib.cuckoo.common.path_utils",
    "modules.machinery.esx",
}
PLAYED = {"data", "dns", "PIL", "requests", "tldextract", "re2", "sqlalchemy", "lib"}


class Played(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Plays the modules of `PLAYED` but for those of `REAL`."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Find what is to be played."""
        del path, target
        if name in REAL or name.partition(".")[0] not in PLAYED:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Make a module that has every name."""

        class Module(ModuleType):
            def __getattr__(self, name: str) -> Any:
                if name.startswith("__"):
                    raise AttributeError(name)
                if name == "mitre_load":
                    return lambda _: (None, False, None)
                if name == "load_categories":
                    return lambda: ([], [])
                return MagicMock(name=f"{spec.name}.{name}")

        return Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing."""


source, uri, user, password, what = sys.argv[1:]
sys.path.insert(0, source)
sys.meta_path.insert(0, Played())

from lib.cuckoo.common import abstracts  # type: ignore[import-not-found]  # noqa: E402
from modules.machinery.esx import ESX  # type: ignore[import-not-found]  # noqa: E402

abstracts.cfg = SimpleNamespace(
    timeouts=SimpleNamespace(vm_state=30), cuckoo=SimpleNamespace(machinery_screenshots=False)
)
machinery = ESX()
machinery.options = SimpleNamespace(esx=SimpleNamespace(dsn=uri, username=user, password=password))
machinery.db = MagicMock()
machinery.db.list_machines.return_value = []
machinery.db.view_machine_by_label.return_value = SimpleNamespace(snapshot=None, label="web")
machinery._initialize_check()

if what == "list":
    print(machinery._list())
elif what == "start from a snapshot":
    domain = machinery._connect().lookupByName("web")
    if domain.snapshotNum() == 0:
        domain.snapshotCreateXML("<domainsnapshot><name>clean</name></domainsnapshot>", 0)
    if domain.isActive():
        machinery.stop("web")
    machinery.start("web")
    print(machinery._status("web"))
elif what == "stop":
    machinery.stop("web")
    print(machinery._status("web"))
elif what == "screenshot":
    domain = machinery._connect().lookupByName("web")
    if not domain.isActive():
        domain.create()
    with tempfile.TemporaryDirectory() as folder:
        machinery.screenshot("web", f"{folder}/shots/0001.png")
else:
    with tempfile.TemporaryDirectory() as folder:
        machinery.dump_memory("web", str(Path(folder) / "memory.dmp"))
print("done")
