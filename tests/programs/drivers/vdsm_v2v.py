"""Have vdsm list the machines of another server: `vdsm_v2v.py SOURCE URI USER PASSWORD FOLDER`.

vdsm's modules are used as they are; only the templates of constants, which its build fills in, are filled in here.
"""

import logging
import re
import shutil
import sys
import time
from pathlib import Path

source, uri, user, password, folder = sys.argv[1:]
library = Path(folder) / "vdsm-lib"
shutil.copytree(Path(source) / "lib", library, dirs_exist_ok=True)
for template in (library / "vdsm").rglob("*.py.in"):
    template.with_suffix("").write_text(re.sub(r"@[A-Za-z_]+@", "0", template.read_text()))
sys.path.insert(0, str(library))

from vdsm import v2v  # type: ignore[import-not-found]  # noqa: E402
from vdsm.common.password import ProtectedPassword  # type: ignore[import-not-found]  # noqa: E402

logging.disable()
begun = time.perf_counter()
answer = v2v.get_external_vms(uri, user, ProtectedPassword(password))
seconds = time.perf_counter() - begun
machines = answer.get("vmList", [])
disks = sum(len(machine["disks"]) for machine in machines)
print(answer["status"]["message"], f"{len(machines)} machines, {disks} disks, {seconds:.2f} s")
