"""Tests run only the programs that every machine with Python and make has, and those that `tests.tools` hands out.

Else a test fails where such a program is missing, and nobody sees it who has it. `make bare` shows that for certain,
and what our own programs miss, too; this tells at once, and names the line.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.tools import ROOT

TESTS = sorted({*(ROOT / "tests").rglob("*.py")} - {ROOT / "tests" / "tools.py", Path(__file__)})
# The shell that make itself needs, and what it has beside it. Python is `sys.executable`, and has our own programs.
EVERYWHERE = {"sh", "cat"}
# Some that only some machines have. In a call that starts a program, no other is overlooked either.
SOMEWHERE = (
    "bash|curl|docker|expect|gdb|git|go|govc|ip|lsof|nc|node|openssl|ovftool|perl|ps|python3?|qemu-[a-z]+|scp|script|setsid|"
    "socat|ss|ssh|sshd|strace|sudo|unshare|vcsim|virsh|virt-[a-z-]+|wget|xmllint|zsh"
)
# Functions of the standard library that start a program or ask for one, by their module.
STARTS = {
    "asyncio": "create_subprocess_(exec|shell)",
    "os": "exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?|system|popen",
    "pty": "spawn",
    "shutil": "which",
    "subprocess": "run|Popen|call|check_call|check_output|getoutput|getstatusoutput",
}

Names = dict[str, list[ast.expr]]


def assigned(nodes: Iterable[ast.AST]) -> Names:
    """What is given to each name."""
    names: Names = {}
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    names.setdefault(target.id, []).append(node.value)
    return names


def text(node: ast.expr) -> str:
    """A text that stands there; what is put into it when it runs is left out, and so is all that is no text."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(text, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def words(node: ast.expr) -> list[ast.expr]:
    """A command's words, of a list or a sum of lists; one that is no list is a word."""
    if isinstance(node, ast.BinOp):
        return words(node.left)
    return list(node.elts) if isinstance(node, ast.List | ast.Tuple) else [node]


def started(tree: ast.AST, names: Names) -> Iterator[tuple[int, str]]:
    """The programs of calls that start one, where the call or a name's value has them word for word."""
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        module = call.func.value.id if isinstance(call.func.value, ast.Name) else ""
        if not re.fullmatch(STARTS.get(module, "(?!)"), call.func.attr):
            continue
        given = [*call.args[:1], *(word.value for word in call.keywords if word.arg in {"args", "executable"})]
        for argument in given:
            values = names.get(argument.id, []) if isinstance(argument, ast.Name) else [argument]
            yield from ((value.lineno, text(word)) for value in values for word in words(value)[:1])


def written(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Programs in commands that something else starts: of lists, of a shell's lines, and by their paths."""
    looped = {id(node.iter) for node in ast.walk(tree) if isinstance(node, ast.For | ast.comprehension)}
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple) and id(node) not in looped:
            command = [text(word) for word in node.elts]
            if len(command) > 1 and re.fullmatch(SOMEWHERE, command[0]):
                yield node.lineno, command[0]
            if len(command) > 2 and command[1] == "-c":
                lines = re.findall(rf"(?:^|[;&|(] *|exec )({SOMEWHERE}) ", command[2])
                yield from ((node.lineno, program) for program in lines)
        elif isinstance(node, ast.expr):
            yield from ((node.lineno, path) for path in re.findall(rf"[\w/]*/s?bin/(?:{SOMEWHERE})\b", text(node)))


def programs(source: str) -> list[tuple[int, str]]:
    """The programs that a module names itself, each with its line."""
    tree = ast.parse(source)
    of_module = assigned(tree.body)
    found = {*started(tree, of_module), *written(tree)}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            found.update(started(function, of_module | assigned(ast.walk(function))))
    return sorted((line, program) for line, program in found if program and program not in EVERYWHERE)


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT / "tests")))
def test_a_module_runs_only_programs_that_it_requires(path: Path) -> None:
    found = programs(path.read_text(encoding="utf-8"))
    said = "runs '{}', which not every machine has: give it a finder in tests/tools.py, and `require` it"
    assert [f"line {line} {said.format(program)}" for line, program in found] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('subprocess.run(["tidy", path], check=True)', ["tidy"]),
        ('subprocess.run(args=["tidy", path], check=True)', ["tidy"]),
        ('subprocess.Popen(["sh", "-c", f"xmllint {path} || virsh list"])', ["virsh", "xmllint"]),
        ('subprocess.run("tidy file", shell=True)', ["tidy file"]),
        ('COMMAND = ("tidy", "-q")\nsubprocess.run(COMMAND)', ["tidy"]),
        ('def run():\n    command = ["tidy"] + more\n    subprocess.run(command)', ["tidy"]),
        ('os.execvp("tidy", ["tidy"])', ["tidy"]),
        ('tidy = shutil.which("tidy")', ["tidy"]),
        ('converse([], [], ["openssl", "x509"])', ["openssl"]),
        ("code = \"os.execv('/usr/bin/python3', sys.argv)\"", ["/usr/bin/python3"]),
        ('subprocess.run([require("tidy"), path])', []),
        ("subprocess.run([sys.executable, path])", []),
        ("subprocess.run([*COMMAND, path])", []),
        ('subprocess.run(["sh", "-c", \'exec "$@"\', "sh", *COMMAND])', []),
        ('command = ["list"]\ndef run(command):\n    esxvirsh(*command)', []),
        ('for program in ("virsh", "esxvirsh"):\n    pass', []),
    ],
)
def test_programs_are_found(source: str, found: list[str]) -> None:
    assert [program for _, program in programs(source)] == found
