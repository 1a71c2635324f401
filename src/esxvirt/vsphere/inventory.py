"""Bulk property reads: all objects and all properties that an operation needs, in one (paged) SOAP call.

This is the one place that decodes answers without pyVmomi's object builder, whose cost an element made listing 1,000
machines take seconds (DESIGN, "One measured exception").
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from esxvirt.records import field, record
from esxvirt.vsphere.decode import Ref, decode_value
from esxvirt.vsphere.session import Session
from esxvirt.vsphere.soap import TYPE, VIM, envelope, escape, read_answer

__all__ = ["HEAVY_PAGE", "PAGE", "Query", "Row", "Step", "iterate", "retrieve", "specification"]

PAGE: Final = 10_000
"""Objects a page: a few MiB of XML, so that memory stays bounded at any number of machines."""

HEAVY_PAGE: Final = 2_000
"""The same where a property is asked for of which a `digest` is made: tens of MiB."""


@record(frozen=True)
class Step:
    """One way from an object to others: the `path` property of objects of type `kind`; `then` names the steps after.

    A `TraversalSpec`: `name` lets other steps, and itself, lead here.
    """

    name: str
    kind: str
    path: str
    then: tuple[str, ...] = ()


@record(frozen=True)
class Query:
    """What to read.

    Attributes:
        properties: Property paths by type; a type with none is read with its reference only.
        start: The objects to begin at.
        steps: Where to go from there; every step whose `kind` fits a start object is taken from it.
        include_start: Whether the start objects are wanted themselves.
        digest: What to make of a property's value at once, by its path, where the value is much and little of it is
            needed: nothing else of the value is kept.
    """

    properties: Mapping[str, Sequence[str]]
    start: Sequence[Ref]
    steps: Sequence[Step] = ()
    include_start: bool = True
    digest: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


@record
class Row:
    """An object and its properties; `missing` has the fault's name for each that the server would not give."""

    ref: Ref
    properties: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Any:
        """Return the value of a property path, None if the server left it out (not set, or not given)."""
        return self.properties.get(path)


def retrieve(session: Session, query: Query, *, page: int | None = None) -> list[Row]:
    """Read; one SOAP call, and one more for each further page.

    Objects that the account may not see, or that vanish meanwhile, are not among the rows.

    Raises:
        ServerFault: The server refused the whole read.
        TransportError: It broke off, or its answer cannot be read.
    """
    return list(iterate(session, query, page=page))


def iterate(session: Session, query: Query, *, page: int | None = None) -> Iterator[Row]:
    """As `retrieve`, page by page; what several start objects lead to (a shared datastore) is there once."""
    if page is None:
        heavy = any(path in query.digest for paths in query.properties.values() for path in paths)
        page = HEAVY_PAGE if heavy else PAGE
    if not query.start:
        return
    collector = session.content.propertyCollector.value
    wanted = f"<specSet>{specification(query)}</specSet>"
    seen: set[Ref] | None = set() if len(query.start) > 1 else None
    if not session.paged:
        yield from _once(_rows(_call(session, "RetrieveProperties", collector, wanted), query), seen)
        return
    options = f"<options><maxObjects>{page}</maxObjects></options>"
    result = _call(session, "RetrievePropertiesEx", collector, wanted + options)
    while True:
        token = None
        for returned in result:  # at most one `returnval`
            token = returned.findtext(VIM + "token")
            yield from _once(_rows(returned, query), seen)
        if not token:
            return
        result = _call(session, "ContinueRetrievePropertiesEx", collector, f"<token>{escape(token)}</token>")


def _once(rows: Iterable[Row], seen: set[Ref] | None) -> Iterator[Row]:
    for row in rows:
        if seen is not None:
            if row.ref in seen:
                continue
            seen.add(row.ref)
        yield row


def _call(session: Session, method: str, collector: str, arguments: str) -> Any:
    """Send, and return the element of the method's response."""
    body = session.send(method, envelope(method, "PropertyCollector", collector, arguments))
    return read_answer(body, method, session.endpoint.name)


def specification(query: Query) -> str:
    """Return what a `PropertyFilterSpec` for a query has, as XML."""
    parts = []
    for kind, paths in query.properties.items():
        parts.append(f"<propSet><type>{kind}</type><all>false</all>")
        parts += [f"<pathSet>{escape(path)}</pathSet>" for path in paths]
        parts.append("</propSet>")
    steps = "".join(_traversal(step) for step in query.steps)
    skip = "false" if query.include_start else "true"
    for start in query.start:
        reference = f'<obj type="{escape(start.type)}">{escape(start.value)}</obj>'
        parts.append(f"<objectSet>{reference}<skip>{skip}</skip>{steps}</objectSet>")
    return "".join(parts)


def _traversal(step: Step) -> str:
    then = "".join(f"<selectSet><name>{name}</name></selectSet>" for name in step.then)
    return (
        f'<selectSet xsi:type="TraversalSpec"><name>{step.name}</name><type>{step.kind}</type>'
        f"<path>{step.path}</path><skip>false</skip>{then}</selectSet>"
    )


def _rows(contents: Iterable[Any], query: Query) -> Iterator[Row]:
    for content in contents:
        reference = content.find(VIM + "obj")
        if reference is None:
            continue  # the token, or something that a later API adds
        row = Row(Ref(reference.get("type") or "", reference.text or ""))
        for part in content:
            if part.tag == VIM + "propSet":
                _read_property(part, row, query)
            elif part.tag == VIM + "missingSet":
                path = part.findtext(VIM + "path") or ""
                row.missing[path] = _fault_name(part.find(VIM + "fault"))
        yield row


def _read_property(part: Any, row: Row, query: Query) -> None:
    path = part.findtext(VIM + "name") or ""
    value = part.find(VIM + "val")
    if value is None:
        return
    try:
        decoded = decode_value(value)
        digest = query.digest.get(path)
        row.properties[path] = decoded if digest is None else digest(decoded)
    except (ValueError, TypeError, RecursionError):
        # One property of one machine that cannot be read must not sink the whole list.
        row.missing[path] = "UnreadableValue"


def _fault_name(localized: Any) -> str:
    inner = localized.find(VIM + "fault") if localized is not None else None
    kind = inner.get(TYPE) if inner is not None else None
    return (kind or "MethodFault").rpartition(":")[2]
