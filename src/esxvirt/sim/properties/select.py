"""Which objects a filter selects: object specs, traversals and their named recursion."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from esxvirt.sim.registry import Registered
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["Selection", "selected"]

# A selected object with the paths that are asked of it.
Selection = tuple[Registered, tuple[str, ...]]


def selected(call: "Call", spec: Data, lost: list[Ref] | None = None) -> Iterator[Selection]:
    """Yield what the ``PropertyFilterSpec`` `spec` selects, each object once, in the order of the walk.

    An object that is gone goes to `lost` if that is given and the spec asks for a report, else it is the fault
    ``ManagedObjectNotFound``.
    """
    properties = _PropertySets(call, spec.propSet or [])
    report = bool(spec.reportMissingObjectsInResults)
    seen: set[Ref] = set()
    for object_spec in spec.objectSet or []:
        start = call.endpoint.find(object_spec.obj, call.session)
        if start is None:
            if report and lost is not None:
                lost.append(object_spec.obj)
                continue
            raise Fault(
                "ManagedObjectNotFound",
                f"The object '{object_spec.obj}' has already been deleted or has not been completely created",
                obj=object_spec.obj,
            )
        for target in _walk(call, start, object_spec):
            if target.ref not in seen:
                paths = properties.of(type(target))
                if paths is not None:
                    seen.add(target.ref)
                    yield target, paths


class _PropertySets:
    """The property sets of a filter by class: the most special one counts, as paths of the class."""

    def __init__(self, call: "Call", specs: list[Data]) -> None:
        self._call = call
        self._specs = specs
        self._by_class: dict[type[Registered], tuple[str, ...] | None] = {}
        for spec in specs:
            try:
                schema.managed_type(spec.type)
            except schema.UnknownTypeError:
                raise Fault("InvalidType", f'The type "{spec.type}" is not known.', argument=spec.type) from None

    def of(self, of: type[Registered]) -> tuple[str, ...] | None:
        """Return the paths asked of the class; None if the filter does not select it."""
        if of not in self._by_class:
            self._by_class[of] = self._find(of)
        return self._by_class[of]

    def _find(self, of: type[Registered]) -> tuple[str, ...] | None:
        bases = schema.managed_type(of.wsdl).bases
        fitting = sorted((spec for spec in self._specs if spec.type in bases), key=lambda spec: bases.index(spec.type))
        if not fitting:
            return None
        paths: list[str] = []
        for spec in fitting:
            more = self._call.endpoint.paths(self._call.encoder).all_paths(of) if spec.all else spec.pathSet or []
            paths += [path for path in more if path not in paths]
        return tuple(paths)


def _walk(call: "Call", start: Registered, spec: Data) -> Iterator[Registered]:
    """Yield the start, unless it is to be skipped, and what its traversals reach."""
    named: dict[str, Data] = {}
    _collect_names(spec.selectSet or [], named)
    if not spec.skip:
        yield start
    # Each entry: an object and the selections to follow from it; the walk goes as deep as it can first.
    followed: set[tuple[Ref, int]] = set()
    pending = [(start, spec.selectSet or [])]
    while pending:
        source, selections = pending.pop()
        found: list[tuple[Registered, list[Data]]] = []
        for selection in selections:
            traversal = selection if selection.type_name == "TraversalSpec" else named.get(selection.name)
            if traversal is None:
                raise Fault(
                    "InvalidArgument", f'No selection is named "{selection.name}".', invalidProperty="selectSet"
                )
            if not schema.is_a(source.wsdl, traversal.type) or (source.ref, id(traversal)) in followed:
                continue
            followed.add((source.ref, id(traversal)))
            for target in _targets(call, source, traversal.path):
                if not traversal.skip:
                    yield target
                if traversal.selectSet:
                    found.append((target, traversal.selectSet))
        pending += reversed(found)


def _collect_names(selections: list[Data], named: dict[str, Data]) -> None:
    for selection in selections:
        if selection.type_name == "TraversalSpec":
            if selection.name:
                named[selection.name] = selection
            _collect_names(selection.selectSet or [], named)


def _targets(call: "Call", source: Registered, path: str) -> Iterator[Registered]:
    """Yield the objects that the property `path` of `source` refers to."""
    endpoint = call.endpoint
    reader = endpoint.paths(call.encoder).reader(type(source), path)
    value: Any = reader.value(source)[1]
    if value is None:
        return
    for item in (value,) if isinstance(value, Ref) or not isinstance(value, list | tuple) else value:
        if isinstance(item, Registered):
            yield item
        elif isinstance(item, Ref):
            target = endpoint.find(item, call.session)
            if target is not None and _is_seen(call, target):
                yield target
        else:
            raise Fault("InvalidProperty", f'The property "{path}" is no reference.', name=path)


def _is_seen(call: "Call", target: Registered) -> bool:
    """Return whether the caller has any role on an entity of the inventory."""
    if call.session is None or not schema.is_a(target.wsdl, "ManagedEntity"):
        return True
    return call.endpoint.access.sees(call.session.username, target.ref)
