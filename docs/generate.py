"""Write the pages of `docs` that are made from the program's own tables; with --check, only say which are out of date.

usage: python docs/generate.py [--check]
"""

import ast
import inspect
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from esxvirt import libvirt, libvirt_esx
from esxvirt.cli import commands
from esxvirt.cli.helptext import command_help
from esxvirt.libvirt._methods import methods
from esxvirt.libvirt._surface import SURFACE
from esxvirt.sim.main import options as simulator_options
from esxvirt.sim.objects import load
from esxvirt.sim.profiles import PROFILES, host_of
from esxvirt.sim.registry import CLASSES
from esxvirt.sim.wire import schema
from esxvirt.vmx import mapping

DOCS = Path(__file__).resolve().parent
MARK = "<!-- Made by docs/generate.py (`make docs`): do not edit. -->\n"

INTRODUCTION = """\
`esxvirsh [OPTION...] [COMMAND [ARGUMENT...]]`, with the grammar of `virsh`: without a command it is a shell, and one
argument may hold several commands (`esxvirsh "list; dominfo Fedora11"`). `esxvirsh --help` shows the options that
stand before the command. What is below is also what `esxvirsh help COMMAND` prints.

The Tab key completes commands, options, words and the names of domains, snapshots, pools, volumes, networks,
interfaces, disks and hosts, in `esxvirsh`'s own shell and in bash. Bash finds how by itself where esxvirt is installed
for the system or with `pip install --user`; for a virtual environment, source
`share/bash-completion/completions/esxvirsh` in it. Names come from the server named with `-c` or in
`LIBVIRT_DEFAULT_URI`, and you are never asked for a password: an auth file gives it, or `ESXVIRT_SESSION_CACHE=1` makes
it unnecessary (and fast).
"""


def commands_page() -> str:
    """The command reference: what `esxvirsh help COMMAND` prints, for each command."""
    parts = [
        "# Commands\n",
        MARK,
        INTRODUCTION,
    ]
    for group in commands.GROUPS:
        names = ", ".join(f"[{name}](#{name})" for name in group.commands)
        parts.append(f"## {group.title}\n\n{names}\n")
        for name in group.commands:
            text = command_help(commands.command(name)).rstrip()
            parts.append(f"### {name}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


SUPPORT = """\
`esxvirt.libvirt` has all classes, methods and constants of libvirt-python 11.3.0. What works is in the tables below,
each method with libvirt's function. All others raise the error of a libvirt driver that lacks the function
(`VIR_ERR_NO_SUPPORT`), as libvirt's own ESX driver does where it lacks one.

`close()` logs out at once, whatever domains and other objects of the connection there still are, and returns 0; in
libvirt-python a connection lives until the last of them is gone.
"""


def support_page() -> str:
    """The support matrix: of each class, the methods that work, and the others."""
    parts = ["# What is supported\n", MARK, SUPPORT]
    bare = []
    for name in SURFACE:
        offered = methods(name)
        # A method that works is a wrapped function; the others are objects that only raise.
        working = [method for method in offered if hasattr(vars(getattr(libvirt, name))[method.name], "__wrapped__")]
        if not working:
            bare.append(f"`{name}`")
            continue
        parts.append(f"## {name}\n\n{len(working)} of {len(offered)} methods.\n")
        rows = [f"| `{method.name}({method.parameters})` | `{method.function}` |" for method in working]
        parts.append("\n".join(["| Method | libvirt's function |", "| --- | --- |", *rows]) + "\n")
        others = ", ".join(f"`{method.name}`" for method in offered if method not in working)
        if others:
            parts.append(f"Not supported: {others}.\n")
    parts.append(OWN)
    rows = [f"| `{call(name)}` | {said(name)} |" for name in vars(libvirt_esx)["__all__"]]
    parts.append("\n".join(["| Function | |", "| --- | --- |", *rows]) + "\n")
    if bare:
        parts.append(f"## The other classes\n\nNo method is supported yet of {', '.join(bare)}.\n")
    return "\n".join(parts)


OWN = """\
## esxvirt.libvirt_esx

What libvirt has no name for, as functions on libvirt-python's objects.
"""


def call(name: str) -> str:
    """How a function of `esxvirt.libvirt_esx` is called."""
    parameters = inspect.signature(getattr(libvirt_esx, name)).parameters.values()
    words = [p.name if p.default is p.empty else f"{p.name}={p.default}" for p in parameters]
    return f"{name}({', '.join(words)})"


def said(name: str) -> str:
    """What its docstring says first."""
    text = inspect.getdoc(getattr(libvirt_esx, name)) or ""
    return text.partition("\n\n")[0].replace("\n", " ")


DIFFERENCES = """\
`esxvirsh` prints what `virsh` 11.3.0 (Debian 13) prints on the same server, with the same exit code; `tests/reference`
compares them command by command. These differences are meant, and there are no others. Each has its reason, and says in
what it differs: on stdout, on stderr, in the exit code.
"""
ELSEWHERE = """
## On other servers, accounts and files

Those above are of single commands on one server; conversions have theirs [in a table of their own](vmx-mapping.md).
What takes another server, account, certificate or file to see:
"""
OLDER = """
## Older libvirt

`tests/reference` compares with `virsh` 9.0.0 (Debian 12) as well. These lines it answers otherwise than 11.3.0, which
`esxvirsh` follows.
"""


def differences_page() -> str:
    """The known differences from virsh, from the files that the comparison itself reads."""
    paths = sorted((DOCS.parent / "tests" / "reference" / "differences").glob("*.toml"))
    entries = [entry for path in paths for entry in tomllib.loads(path.read_text(encoding="utf-8"))["difference"]]
    older = [entry for entry in entries if entry.get("versions") == ["9.0.0"]]
    newest = [entry for entry in entries if entry not in older]
    parts = ["# Differences from virsh\n", MARK, DIFFERENCES, *map(_difference, newest)]
    parts += [ELSEWHERE, *(f"- {entry['what']}: {entry['reason']}" for entry in elsewhere())]
    if older:
        parts += [OLDER, *dict.fromkeys(f"- {entry['reason']}" for entry in older)]
    return "\n".join(parts) + "\n"


def elsewhere() -> list[dict[str, str]]:
    """The differences that no line of commands alone shows."""
    path = DOCS.parent / "tests" / "reference" / "elsewhere.toml"
    entries: list[dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))["elsewhere"]
    return entries


def _difference(entry: dict[str, Any]) -> str:
    lines = ", ".join(f"`{line}`" for line in entry["lines"])
    where = f" Only on {', '.join(entry['profiles'])}." if "profiles" in entry else ""
    return f"- {lines} ({', '.join(entry['differs']) or 'in what it does'}): {entry['reason']}{where}"


def simulator_page() -> str:
    """The simulator's page, which people write, with its tables made anew."""
    tables = {"options": options_table, "profiles": profiles_table, "methods": methods_table}
    return with_tables("simulator.md", tables)


def architecture_page() -> str:
    """The page about the house, which people write, with the table of packages made anew."""
    return with_tables("architecture.md", {"packages": packages_table})


def with_tables(page: str, tables: dict[str, Callable[[], str]]) -> str:
    """A page that people write, with its tables, which stand between marks, made anew."""
    text = (DOCS / page).read_text(encoding="utf-8")
    for name, make in tables.items():
        start, end = f"<!-- {name}: made by docs/generate.py -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(start)
        _, found, after = rest.partition(end)
        if not found:
            raise LookupError(f"{page} has no place for the table of {name}: {start.strip()} ... {end}")
        text = f"{before}{start}\n{make()}\n{end}{after}"
    return text


def packages_table() -> str:
    """What belongs into each package and each module beside them, by their own docstrings."""
    sources = DOCS.parent / "src"
    rows = ["| Where | What belongs there |", "| --- | --- |"]
    top = sorted((sources / "esxvirt").glob("*.py"))
    packages = sorted(path for path in (sources / "esxvirt").rglob("__init__.py") if path not in top)
    for path in [*top, *packages]:
        where = path.parent if path.name == "__init__.py" else path
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        rows.append(f"| `{where.relative_to(sources)}` | {' '.join(text.partition(chr(10) * 2)[0].split())} |")
    return "\n".join(rows) + "\n"


def options_table() -> str:
    """The options of ``esxvirt-sim``."""
    rows = ["| Option | Meaning |", "| --- | --- |"]
    for option, metavar, text in simulator_options():
        words = f"{option} {metavar}".strip().replace("|", "\\|")
        rows.append(f"| `{words}` | {text} |")
    return "\n".join(rows) + "\n"


def profiles_table() -> str:
    """The products that the simulator plays."""
    rows = ["| Profile | Product | API | Hardware | Account | Its hosts |", "| --- | --- | --- | --- | --- | --- |"]
    for name, profile in PROFILES.items():
        hosts = f"`{host_of(profile).name}`" if profile.is_vcenter else ""
        row = (
            f"`{name}`",
            profile.full_name,
            profile.api_text,
            f"vmx-{profile.hw_version:02d}",
            profile.username,
            hosts,
        )
        rows.append(f"| {' | '.join(row)} |")
    return "\n".join(rows) + "\n"


def methods_table() -> str:
    """The methods that it has, by managed object type, each with the API version of the first profile that knows it."""
    load()
    order = sorted(PROFILES.values(), key=lambda profile: profile.release)
    rows = ["| Type | Methods |", "| --- | --- |"]
    for name, of in sorted(CLASSES.items()):
        words = []
        for method in sorted(schema.managed_type(name).methods.values(), key=lambda item: item.name):
            if method.name == "Fetch" or not callable(getattr(of, method.name, None)):
                continue
            first = next(item for item in order if method.version in schema.visible_versions(item.api_version))
            since = "" if first.release <= order[0].release else f" ({first.api_text})"
            words.append(f"`{method.name}`{since}")
        if words:
            rows.append(f"| {name} | {', '.join(words)} |")
    return "\n".join(rows) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "differences.md": differences_page,
    "architecture.md": architecture_page,
    "simulator.md": simulator_page,
    "support.md": support_page,
    "vmx-mapping.md": lambda: mapping.page(MARK),
}


def main(arguments: list[str]) -> int:
    """Write or check all pages.

    Returns:
        The exit code: 1 if --check found a page out of date.
    """
    stale = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if "--check" in arguments:
            stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"out of date: {', '.join(stale)}; run `make docs`, and commit the result", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
