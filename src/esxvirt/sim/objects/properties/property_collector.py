"""The property collector: reading properties of many objects at once, and waiting for changes."""

import itertools
from typing import TYPE_CHECKING

from esxvirt.sim.calls import CURRENT
from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.objects.properties.property_filter import PropertyFilter
from esxvirt.sim.properties.collect import content, selections
from esxvirt.sim.properties.select import Selection
from esxvirt.sim.properties.updates import Updates
from esxvirt.sim.wire.values import Data, Fault, Raw, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.sessions import Session

__all__ = ["PropertyCollector"]

_TOKENS = itertools.count(1)


class PropertyCollector(ManagedObject):
    """A property collector. The default one is the same object for all; what it holds is each session's own."""

    __slots__ = ("owner",)

    wsdl = "PropertyCollector"

    def __init__(self, endpoint: "Endpoint", moid: str, owner: "Session | None" = None) -> None:
        super().__init__(endpoint, moid)
        self.owner = owner

    def _updates(self, call: "Call") -> Updates:
        """Return the caller's filters in this collector."""
        if call.session is None:
            raise Fault("NotAuthenticated", "", object=self.ref, privilegeId="System.View")
        key = f"updates of {self.ref.value}"
        updates = call.session.objects.get(key)
        if updates is None:
            updates = call.session.objects[key] = Updates()
        assert isinstance(updates, Updates)  # noqa: S101  # only this method writes the key
        return updates

    @provides("filter")
    def _get_filter(self) -> list[Ref]:
        call = CURRENT.get()
        return [target.ref for target in self._updates(call).filters] if call and call.session else []

    def RetrieveProperties(self, call: "Call", specSet: list[Data]) -> list[Raw]:
        """Read properties, all in one answer."""
        return content(call, selections(call, specSet))

    def RetrievePropertiesEx(self, call: "Call", specSet: list[Data], options: Data) -> Raw | None:
        """Read properties page by page, as ``options.maxObjects`` asks."""
        most = options.maxObjects
        if most is not None and most <= 0:
            raise Fault("InvalidArgument", "maxObjects must be positive.", invalidProperty="options.maxObjects")
        return self._page(call, selections(call, specSet), most)

    def ContinueRetrievePropertiesEx(self, call: "Call", token: str) -> Raw | None:
        """Read the next page."""
        selection, most = self._take(call, token)
        return self._page(call, selection, most)

    def CancelRetrievePropertiesEx(self, call: "Call", token: str) -> None:
        """Give up the pages that are left."""
        self._take(call, token)

    def _take(self, call: "Call", token: str) -> tuple[list[Selection], int]:
        pages = self._updates(call).pages
        if token not in pages:
            raise Fault("InvalidArgument", "The token is not known.", invalidProperty="token")
        return pages.pop(token)

    def _page(self, call: "Call", selection: list[Selection], most: int | None) -> Raw | None:
        if not selection:
            return None
        limit = min(most or len(selection), call.endpoint.max_objects or len(selection))
        token = ""
        if len(selection) > limit:
            key = str(next(_TOKENS))
            self._updates(call).pages[key] = (selection[limit:], limit)
            token = f"<token>{key}</token>"
        objects = content(call, selection[:limit])
        return Raw(token + "".join(f"<objects>{item.xml}</objects>" for item in objects))

    def CreateFilter(self, call: "Call", spec: Data, partialUpdates: bool) -> PropertyFilter:
        """Watch what `spec` selects."""
        updates = self._updates(call)
        target = PropertyFilter(
            self.endpoint, f"{self.ref.value}-filter-{next(_TOKENS)}", spec, partialUpdates, updates
        )
        target.check(call)
        updates.filters.append(target)
        assert call.session is not None  # noqa: S101  # _updates has seen to it
        call.session.objects[target.ref.value] = target
        return target

    def CreatePropertyCollector(self, call: "Call") -> "PropertyCollector":
        """Make another collector for the caller's session."""
        self._updates(call)
        assert call.session is not None  # noqa: S101  # _updates has seen to it
        target = PropertyCollector(self.endpoint, f"session[{call.session.key}]collector-{next(_TOKENS)}", call.session)
        call.session.objects[target.ref.value] = target
        return target

    def DestroyPropertyCollector(self, call: "Call") -> None:
        """Destroy a collector that the session has made, with its filters."""
        if self.owner is None or call.session is not self.owner:
            raise Fault("NotSupported", "The default property collector stays.")
        updates = self._updates(call)
        for target in updates.filters:
            self.owner.objects.pop(target.ref.value, None)
        updates.cancel(call.endpoint.site)
        self.owner.objects.pop(f"updates of {self.ref.value}", None)
        self.owner.objects.pop(self.ref.value, None)

    def CheckForUpdates(self, call: "Call", version: str = "") -> Raw | None:
        """Return what has changed since `version`, or nothing."""
        return self._updates(call).wait(call, version, 0.0)

    def WaitForUpdates(self, call: "Call", version: str = "") -> Raw | None:
        """Wait until something has changed since `version`."""
        return self._updates(call).wait(call, version, None)

    def WaitForUpdatesEx(self, call: "Call", version: str = "", options: Data | None = None) -> Raw | None:
        """Wait, but no longer than ``options.maxWaitSeconds``."""
        seconds = options.maxWaitSeconds if options else None
        if seconds is not None and seconds < 0:
            raise Fault("InvalidArgument", "maxWaitSeconds is negative.", invalidProperty="options.maxWaitSeconds")
        return self._updates(call).wait(call, version, None if seconds is None else float(seconds))

    def CancelWaitForUpdates(self, call: "Call") -> None:
        """End the wait that is under way, with the fault ``RequestCanceled`` for whoever waits."""
        self._updates(call).cancel(call.endpoint.site)
