"""What no healthy site has, on demand: troubles of machines, and what more than one machine is needed for."""

from esxvirt.sim.state.containers import App, escape_name
from esxvirt.sim.state.machine import troubles
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.site.site import Site
from esxvirt.uuids import spaced

__all__ = ["TROUBLES", "cause", "put_into_app"]

TROUBLES = {
    **troubles.TROUBLES,
    "twin": "another machine has its UUID",
    "vapp": "it is in a vApp, which only a vCenter has here",
}
_VCENTER_ONLY = frozenset({"orphaned", "disconnected", "vapp"})


def cause(site: Site, machine: Machine, trouble: str) -> None:
    """Give a machine one of `TROUBLES`, by name; ValueError for another, and for a vCenter's where there is none."""
    if trouble not in TROUBLES:
        raise ValueError(f"no such trouble as {trouble}: choose of {', '.join(TROUBLES)}")
    if trouble in _VCENTER_ONLY and not site.profile.is_vcenter:
        raise ValueError(f"a machine is {trouble} only for a vCenter: choose such a profile")
    if trouble == "twin":
        other = next((other for other in site.machines.values() if other is not machine), machine)
        machine.set_values({"uuid.bios": spaced(other.config.uuid)})
        site.reindex()
    elif trouble == "vapp":
        put_into_app(site, machine, "vapp1")
    else:
        troubles.cause(machine, trouble)


def put_into_app(site: Site, machine: Machine, name: str, above: App | None = None) -> App:
    """Put a machine into the vApp of that name, which is made if there is none; in that of `above`, or in no other."""
    datacenter = machine.host.datacenter or site.datacenters[0]
    folder = None if above is not None else site.machine_folders.pop(machine.number, None)
    wanted = escape_name(name)
    app = next((app for app in site.apps if (app.name, app.datacenter, app.above) == (wanted, datacenter, above)), None)
    if app is None:
        app = App(len(site.apps) + 1, wanted, datacenter, folder, above)
        site.apps.append(app)
    machine.app = app
    site.touch()
    return app
