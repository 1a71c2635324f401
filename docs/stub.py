"""Write the stub of `esxvirt.libvirt`, for type checkers; with --check, only say whether it is out of date.

usage: python docs/stub.py [--check]

The package makes most methods of its classes at run time, from `SURFACE`; and its modules know objects of other classes
by what they need of them alone, so that they do not import each other. The stub has all methods and the exact classes:
signatures of what the driver has are those of the source; those of the others have the kinds of values that
`check_arguments` allows.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from esxvirt import libvirt
from esxvirt.libvirt import _arguments as kinds
from esxvirt.libvirt import _companions
from esxvirt.libvirt._methods import methods
from esxvirt.libvirt._surface import SURFACE

STUB = Path(libvirt.__file__).with_suffix(".pyi")
CONSTANTS = STUB.parent.parent / "constants"
HEAD = '''\
"""The types of `esxvirt.libvirt`. Made by docs/stub.py (`make docs`): do not edit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, ClassVar, NoReturn, Self, TypeAlias

'''
# The classes that the modules know each other's objects by, and libvirt-python's; some are others in one class.
EXACT = {"AnyConnection": "virConnect", "AnyDomain": "virDomain"}
EXACT_IN = {
    "virDomain": {"Self": "virDomain"},
    "virNetworkPort": {"OfConnection": "virNetwork"},
    "virStorageVol": {"OfConnection": "virStoragePool"},
}
SHOWN = {"__init__", "__enter__", "__exit__"}


class _Annotations(ast.NodeTransformer):
    """Unquotes annotations, and names classes and aliases as the stub has them."""

    def __init__(self, aliases: dict[str, str]) -> None:
        self._aliases = aliases
        self.used: dict[str, str] = {}
        self.owner = ""

    def text(self, annotation: ast.expr | str) -> str:
        """Return an annotation as the stub has it."""
        node = ast.parse(annotation, mode="eval").body if isinstance(annotation, str) else annotation
        return ast.unparse(self.visit(node))

    def visit_Constant(self, node: ast.Constant) -> Any:
        return self.visit(ast.parse(node.value, mode="eval").body) if isinstance(node.value, str) else node

    def visit_Name(self, node: ast.Name) -> Any:
        name = EXACT_IN.get(self.owner, EXACT).get(node.id) or EXACT.get(node.id, node.id)
        if name in self._aliases:
            if name not in self.used:
                self.used[name] = self.text(self._aliases[name])
            name = f"_{name}"
        return ast.Name(name, node.ctx)


def _aliases() -> dict[str, str]:
    """Return the aliases of types that the modules have for their annotations."""
    found = {}
    for path in sorted(STUB.parent.glob("_*.py")):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            match statement:
                case ast.Assign([ast.Name(name)], ast.Subscript() as value):
                    found[name] = ast.unparse(value)
                case ast.AnnAssign(ast.Name(name), ast.Name("TypeAlias"), ast.Subscript() as value):
                    found[name] = ast.unparse(value)
    return found


ANNOTATIONS = _Annotations(_aliases())


def _parsed(thing: Any) -> Any:
    """Return the source of a function or class, parsed."""
    return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(thing)))).body[0]


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _of_source(function: Callable[..., Any]) -> str:
    """Return a function's signature as its source has it; what an object is made of is the driver's."""
    found = _parsed(function)
    found.body, found.decorator_list = [ast.Expr(ast.Constant(...))], []
    found.returns = _expression(ANNOTATIONS.text(found.returns or "None"))
    for argument in (*found.args.args, *found.args.kwonlyargs):
        if argument.arg == "_obj":
            argument.annotation = _expression("Any")
        elif argument.annotation is not None:
            argument.annotation = _expression(ANNOTATIONS.text(argument.annotation))
    return ast.unparse(found).replace(":\n    ...", ": ...")


def _kind(name: str) -> str:
    """Return what a parameter of a method without a body takes."""
    if name in kinds.INTEGERS:
        return "int"
    if name in kinds.OBJECTS:
        return kinds.OBJECTS[name].name
    return "str | None" if name in kinds.TEXT else "Any"


def _of_surface(name: str, parameters: str) -> str:
    """Return the signature of a method that the driver has not."""
    made = ["self"]
    for parameter in parameters.split(", ") if parameters else ():
        name_, equals, default = parameter.partition("=")
        kind = _kind(name_)
        if default == "None" and "None" not in kind and kind != "Any":
            kind += " | None"
        made.append(f"{name_}: {kind}" + (f" = {default}" if equals else ""))
    return f"def {name}({', '.join(made)}) -> Any: ..."


def _class(name: str) -> str:
    """Return a class with all its methods, in alphabetical order, and what Python itself asks of it."""
    ANNOTATIONS.owner, cls = name, getattr(libvirt, name)
    bare = {method.name: method.parameters for method in (methods(name) if name in SURFACE else ())}
    attributes, found = [], {}
    for base in reversed([base for base in cls.__mro__ if base.__module__.startswith("esxvirt")]):
        attributes += [
            f"{ast.unparse(statement.target)}: {ANNOTATIONS.text(statement.annotation)}"
            for statement in _parsed(base).body
            if isinstance(statement, ast.AnnAssign) and not ast.unparse(statement.target).startswith("_")
        ]
        for key, value in vars(base).items():
            if callable(value) and (not key.startswith("_") or key in SHOWN):
                has_body = inspect.isfunction(value)
                found[key] = _of_source(value) if has_body else _of_surface(key, bare[key])
    ordered = sorted(found, key=lambda key: (not key.startswith("__"), key.lower()))
    base = "(Exception)" if issubclass(cls, Exception) else ""
    return (
        f"class {name}{base}:\n" + "".join(f"    {line}\n" for line in (*attributes, *map(found.get, ordered))) + "\n"
    )


def text() -> str:
    """Return the stub."""
    public = [name for name in vars(libvirt)["__all__"] if not name.startswith("VIR_")]
    classes = [_class(name) for name in public if inspect.isclass(getattr(libvirt, name))]
    functions = [_of_source(getattr(libvirt, name)) for name in public if inspect.isfunction(getattr(libvirt, name))]
    stars = [
        f"from esxvirt.constants.{path.stem} import *"
        for path in sorted(CONSTANTS.glob("*.py"))
        if path.stem != "__init__"
    ]
    stars += [f"from esxvirt.libvirt._companions import {name} as {name}" for name in vars(_companions)["__all__"]]
    aliases = [f"_{name}: TypeAlias = {value}" for name, value in ANNOTATIONS.used.items()]
    parts = [HEAD, *("\n".join(part) + "\n\n" for part in (stars, aliases, functions)), "\n".join(classes)]
    return "".join(parts).rstrip("\n") + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the stub.

    Returns:
        The exit code: 1 if --check found it out of date.
    """
    found = text()
    if "--check" in arguments:
        if not STUB.exists() or STUB.read_text(encoding="utf-8") != found:
            print(f"{STUB} is out of date: run 'make docs'")
            return 1
        return 0
    STUB.write_text(found, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
