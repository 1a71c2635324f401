"""Trees as virsh draws them (`vshTreePrint`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.tables import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    NodeT = TypeVar("NodeT")

__all__ = ["draw"]


def draw(root: NodeT, label: Callable[[NodeT], str], below: Callable[[NodeT], Sequence[NodeT]]) -> str:
    """Return the lines of a tree.

    Args:
        root: its topmost node.
        label: what is written for a node.
        below: the nodes below one.
    """
    lines = [printable(label(root)), *_branches(root, label, below, "  ")]
    return "".join(line + "\n" for line in lines)


def _branches(
    node: NodeT, label: Callable[[NodeT], str], below: Callable[[NodeT], Sequence[NodeT]], indent: str
) -> Iterator[str]:
    children = below(node)
    if children:
        yield indent + "|"
    for number, child in enumerate(children, start=1):
        last = number == len(children)
        yield f"{indent}+- {printable(label(child))}"
        if below(child):
            yield from _branches(child, label, below, indent + ("    " if last else "|   "))
        elif last:
            yield indent + "  "
