"""Calls into the simulator without a network: the dispatcher as in-process callers have it."""

from typing import TYPE_CHECKING, Any

from esxvirt.sim.access import Access
from esxvirt.sim.calls import Call, Peer
from esxvirt.sim.dispatch import invoke
from esxvirt.sim.endpoint import Endpoint
from esxvirt.sim.faults import FaultPlan
from esxvirt.sim.log import CallLog
from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.populate import populate
from esxvirt.sim.profiles import find
from esxvirt.sim.properties.children import children
from esxvirt.sim.state.site.default_site import build_site
from esxvirt.sim.state.site.tasks import Tasks
from esxvirt.sim.wire.values import Data, Raw, Ref

if TYPE_CHECKING:
    from esxvirt.sim.sessions import Session


class Inside:
    """One endpoint, and a caller with a session."""

    def __init__(self, profile: str = "esx-7.0", *, username: str | None = None, **inventory: Any) -> None:
        found = find(profile)
        site = build_site(found, **inventory)
        host = None if found.is_vcenter else site.hosts[0]
        self.endpoint = Endpoint(Tasks(site), found, host, Access(found.username, "secret"), FaultPlan(), CallLog())
        populate(self.endpoint)
        self.session: Session | None = None
        self.login(username or found.username)

    def call(self, method: str, this: Ref | ManagedObject, /, *, api: str | None = None, **arguments: Any) -> Any:
        """Call a method as a client of version `api`."""
        encoder = self.endpoint.encoder_for(api) if api else self.endpoint.encoder
        cookie = self.session.cookie if self.session else None
        ref = this if isinstance(this, Ref) else this.ref
        call = Call(self.endpoint, method, ref, arguments, Peer(cookie=cookie), encoder)
        value = invoke(call)
        self.session = call.session
        # Tests look into a task, of which a method returns the reference.
        return self.find(value) if isinstance(value, Ref) and value.type == "Task" else value

    def login(self, username: str) -> None:
        self.session = None
        self.call("Login", self.endpoint.managers["sessionManager"], userName=username, password="secret")

    def collect(self, method: str, /, *specs: Data, **arguments: Any) -> Any:
        """Call a method of the property collector."""
        return self.call(method, self.endpoint.managers["propertyCollector"], specSet=list(specs), **arguments)

    def read(self, target: Ref | ManagedObject, *paths: str, api: str | None = None) -> str:
        """Read properties of one object: its ``ObjectContent``."""
        ref = target if isinstance(target, Ref) else target.ref
        answer = self.collect("RetrieveProperties", filter_spec(ref.type, paths, ref), api=api)
        assert len(answer) == 1
        assert isinstance(answer[0], Raw)
        return answer[0].xml

    def find(self, ref: Ref) -> ManagedObject:
        found = self.endpoint.find(ref, self.session)
        assert isinstance(found, ManagedObject)
        return found

    def machine(self, name: str) -> ManagedObject:
        return self.find(self.endpoint.ids.of(self.endpoint.site.find_machine(name)))

    @property
    def datacenter(self) -> Ref:
        """The first datacenter."""
        return self.endpoint.ids.datacenter(self.endpoint.datacenters[0])

    @property
    def vm_folder(self) -> Ref:
        """The first datacenter's folder of machines."""
        return self.endpoint.ids.folders(self.endpoint.datacenters[0])["vm"]

    @property
    def pool(self) -> Ref:
        """The first host's root resource pool."""
        return self.endpoint.ids.pool(self.endpoint.hosts[0])

    def objects(self) -> list[ManagedObject]:
        """All objects but machines, which are many: those that last, and folders and datastores with their browsers."""
        endpoint = self.endpoint
        refs = [target.ref for target in endpoint.registry.lasting.values()]
        pending = [endpoint.ids.root_folder]
        while pending:
            below = children(endpoint, pending.pop())
            pending += below
            refs += [ref for ref in below if ref.type != "VirtualMachine"]
        refs += [endpoint.ids.browser(store) for store in endpoint.datastores]
        return [self.find(ref) for ref in dict.fromkeys(refs)]


def filter_spec(
    type_name: str, paths: tuple[str, ...] | None, start: Ref, *select: Data, skip: bool = False, **more: Any
) -> Data:
    """A filter for objects of one type from one start; `paths` None asks for all."""
    properties = Data("PropertySpec", type=type_name, all=paths is None, pathSet=list(paths or ()))
    start_spec = Data("ObjectSpec", obj=start, skip=skip, selectSet=list(select))
    return Data("PropertyFilterSpec", propSet=[properties], objectSet=[start_spec], **more)


def traversal(type_name: str, path: str, *select: str | Data, name: str | None = None, skip: bool = False) -> Data:
    """A traversal; strings in `select` are names of others."""
    selections = [Data("SelectionSpec", name=item) if isinstance(item, str) else item for item in select]
    return Data("TraversalSpec", name=name, type=type_name, path=path, skip=skip, selectSet=selections)
