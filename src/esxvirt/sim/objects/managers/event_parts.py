"""Events as the API shows them, and which of them a filter wants."""

from typing import TYPE_CHECKING, Any

from esxvirt.sim.state.site.events import reason_of
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Data, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.site.events import Event

__all__ = ["describe", "shown", "wanted"]


def shown(endpoint: "Endpoint", event: "Event") -> bool:
    """Return whether an endpoint tells of the event: a vCenter of all, its hosts of what was on them."""
    if endpoint.host is None or endpoint.host is event.host:
        return True
    return event.host is None and not endpoint.site.profile.is_vcenter


def _host_argument(endpoint: "Endpoint", host: "Host") -> Data:
    return Data("HostEventArgument", name=host.full_name, host=endpoint.ids.of(host))


def describe(endpoint: "Endpoint", event: "Event") -> Data:
    """Make the event's data object."""
    fields: dict[str, Any] = {
        "key": event.key,
        "chainId": event.chain,
        "createdTime": event.time,
        "userName": event.username,
        "fullFormattedMessage": event.text,
    }
    host, machine = event.host, event.machine
    if host is not None:
        fields["host"] = _host_argument(endpoint, host)
        pool = endpoint.find(endpoint.ids.pool(host), None)
        owner = endpoint.find(pool.getters["owner"](pool), None) if pool is not None else None
        if owner is not None:
            name = owner.getters["name"](owner)
            fields["computeResource"] = Data("ComputeResourceEventArgument", name=name, computeResource=owner.ref)
        if host.datacenter is not None:
            ref = endpoint.ids.datacenter(host.datacenter)
            fields["datacenter"] = Data("DatacenterEventArgument", name=host.datacenter.name, datacenter=ref)
    if machine is not None:
        fields["vm"] = Data("VmEventArgument", name=event.machine_name, vm=endpoint.ids.of(machine))
    known = schema.data_type(event.kind).by_name
    if "template" in known:
        fields["template"] = False
    fields |= _more(endpoint, event, known)
    return Data(event.kind, **fields)


def _more(endpoint: "Endpoint", event: "Event", known: dict[str, schema.Field]) -> dict[str, Any]:
    """Make the fields that only some types have."""
    fields: dict[str, Any] = {name: value for name, value in event.more.items() if name not in {"reason", "source"}}
    source = event.source or event.host
    if "sourceHost" in known and source is not None:
        shown_here = endpoint.host is None or endpoint.host is source
        fields["sourceHost"] = _host_argument(endpoint, source if shown_here else endpoint.hosts[0])
    if "destHost" in known and event.host is not None:
        fields["destHost"] = _host_argument(endpoint, event.host)
    if "sourceVm" in known and "source" in event.more:
        origin, name = event.more["source"]
        fields["sourceVm"] = Data("VmEventArgument", name=name, vm=endpoint.ids.of(origin))
    if "configSpec" in known:
        fields["configSpec"] = Data("VirtualMachineConfigSpec")
    fault = reason_of(event)
    if fault is not None and "reason" in known:
        fields["reason"] = Data("LocalizedMethodFault", fault=fault.data, localizedMessage=fault.message)
    if event.task is not None:
        number, method, kind = event.task
        entity = endpoint.ids.of(event.machine) if event.machine is not None else None
        fields["info"] = Data(
            "TaskInfo",
            key=f"task-{number}",
            task=Ref("Task", f"task-{number}"),
            name=method,
            descriptionId=kind,
            entity=entity,
            entityName=event.machine_name,
            state="queued",
            cancelled=False,
            cancelable=True,
            reason=Data("TaskReasonUser", userName=event.username),
            queueTime=event.time,
            eventChainId=event.chain,
        )
    if "callCount" in fields:
        fields["callCount"] = long(fields["callCount"])
    return fields


def wanted(endpoint: "Endpoint", event: "Event", spec: Data) -> bool:
    """Return whether the ``EventFilterSpec`` `spec` selects the event."""
    if not shown(endpoint, event) or spec.tag or spec.alarm or spec.scheduledTask:
        return False
    if spec.eventChainId is not None and spec.eventChainId != event.chain:
        return False
    if spec.category and event.category not in spec.category:
        return False
    if spec.time is not None:
        begin, end = spec.time.beginTime, spec.time.endTime
        if (begin is not None and event.time < begin) or (end is not None and event.time > end):
            return False
    if spec.userName is not None and not _is_users(event, spec.userName):
        return False
    kinds = [*(spec.type or ()), *(name.rpartition(".")[2] for name in spec.eventTypeId or ())]
    if kinds and not any(schema.is_a(event.kind, kind) for kind in kinds):
        return False
    return spec.entity is None or _is_about(endpoint, event, spec.entity)


def _is_users(event: "Event", spec: Data) -> bool:
    if event.username in (spec.userList or ()):
        return True
    return not event.username and bool(spec.systemUser)


def _is_about(endpoint: "Endpoint", event: "Event", spec: Data) -> bool:
    """Return whether the event is about the entity, or, as ``recursion`` says, about what is below it."""
    chain = _from_bottom(endpoint, event)
    if not chain:
        chain = [endpoint.ids.root_folder]
    own = chain[0] == spec.entity
    below = spec.entity in chain[1:]
    return bool({"self": own, "children": below, "all": own or below}[spec.recursion])


def _from_bottom(endpoint: "Endpoint", event: "Event") -> list[Ref]:
    """Return what the event is about and everything above that, by way of the folders and by way of the host."""
    found: list[Ref] = []
    host = event.host
    if event.machine is not None:
        found += [endpoint.ids.of(event.machine), endpoint.folder_of(event.machine)]
    if host is not None:
        found += [endpoint.ids.of(host), endpoint.ids.pool(host)]
    for ref in list(found):
        target = endpoint.find(ref, None)
        while target is not None:
            above = target.getters["parent"](target)
            if above is None:
                break
            if above not in found:
                found.append(above)
            target = endpoint.find(above, None)
    return found
