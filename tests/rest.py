"""Waiting for what goes on in a simulated server behind the answers that it has given."""

from esxvirt.sim import Simulator

_PATIENCE = 60


def rest(simulator: Simulator) -> None:
    """Wait until no task is under way: guests shut down or restart a little after they were asked to."""
    with simulator.site.changed:
        assert simulator.site.changed.wait_for(lambda: all(task.done for task in simulator.tasks.recent), _PATIENCE)
