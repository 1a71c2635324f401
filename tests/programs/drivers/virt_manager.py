"""Have virt-manager connect and list machines, on a display of its own: `virt_manager.py ROOT PYTHON URI FOLDER XVFB`.

Its own log says what it has come to know. ESXVIRT_PICTURE is a command that takes a picture of the display, such as
`import -window root /tmp/window.png`.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

root, python, uri, folder, xvfb = Path(sys.argv[1]), *sys.argv[2:]
DISPLAY = ":97"
SECONDS = 60
MACHINES = ("web", "archive")

libraries = next(root.glob("usr/lib/*/libvirt.so.0")).parent
loader = next(libraries.glob("ld-linux*.so.*"))


def of_root(program: str, *arguments: str) -> list[str]:
    """Return the command for a program of the unpacked system: its own loader and libraries run it."""
    return [str(loader), "--inhibit-cache", "--library-path", str(libraries), str(root / program), *arguments]


work = Path(folder)
# Where its parts are is in its configuration: not below /usr.
shutil.copytree(root / "usr/share/virt-manager", work / "virt-manager")
settings = work / "virt-manager" / "virtinst" / "build.cfg"
settings.write_text(settings.read_text().replace("prefix = /usr", f"prefix = {root}/usr"))
compiler = next(libraries.glob("glib-2.0/glib-compile-schemas")).relative_to(root)
subprocess.run(of_root(str(compiler), str(root / "usr/share/glib-2.0/schemas")), check=True, capture_output=True)
subprocess.run(of_root("usr/bin/update-mime-database", str(root / "usr/share/mime")), check=True, capture_output=True)
loaders = subprocess.run(
    of_root(str(next(libraries.glob("gdk-pixbuf-2.0/gdk-pixbuf-query-loaders")).relative_to(root)))
    + [str(path) for path in libraries.glob("gdk-pixbuf-2.0/*/loaders/*.so")],
    check=True,
    capture_output=True,
)
(work / "loaders.cache").write_bytes(loaders.stdout)
display = subprocess.Popen(
    [xvfb, DISPLAY, "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
environment = {
    **os.environ,
    "DISPLAY": DISPLAY,
    "GDK_PIXBUF_MODULE_FILE": str(work / "loaders.cache"),
    "GSETTINGS_BACKEND": "memory",
    "GTK_A11Y": "none",
    "NO_AT_BRIDGE": "1",
    "PYTHONPATH": os.environ["PYTHONPATH"].replace(f"{root}/usr/share/virt-manager", f"{work}/virt-manager"),
    "XDG_CACHE_HOME": str(work / ".cache"),
}
time.sleep(2)
manager = subprocess.Popen(
    [
        python,
        "-c",
        "from virtManager import virtmanager; virtmanager.runcli()",
        "--connect",
        uri,
        "--no-fork",
        "--debug",
    ],
    env=environment,
    stdout=(work / "manager.log").open("w"),
    stderr=subprocess.STDOUT,
)
try:
    said = ""
    for _ in range(SECONDS):
        time.sleep(1)
        said = (work / "manager.log").read_text(errors="replace")
        found = [name for name in MACHINES if re.search(rf"domain={name} status=|name={name}\b", said)]
        if len(found) == len(MACHINES) or manager.poll() is not None:
            break
    print(said[-6000:])
    time.sleep(5)  # its window is made, which takes icons and fonts
    picture = shlex.split(os.environ.get("ESXVIRT_PICTURE", ""))
    if picture:
        subprocess.run(picture, check=False, env=environment)
    if manager.poll() is None and all(re.search(rf"domain={name} status=|name={name}\b", said) for name in MACHINES):
        print("connected and listed:", ", ".join(MACHINES))
    else:
        sys.exit("virt-manager did not list the machines, or its window broke")
finally:
    for process in (manager, display):
        process.terminate()
        process.wait(20)
