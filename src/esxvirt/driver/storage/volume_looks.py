"""Finding volumes by their paths, where programs ask for one after the other: what was found beside is used.

A machine has several disks in its folder; and who asks for a dozen files of a datastore one by one is going through all
machines. Then the whole datastore is searched beside, without waiting for it, and what that finds answers the rest.
"""

import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.storage.pools import PoolHandle
from esxvirt.driver.storage.volume_search import (
    DEEP,
    VolumeHandle,
    begin,
    everything,
    is_fresh,
    look_into,
    now,
    path_in,
    volumes_of,
)
from esxvirt.errors import EsxvirtError, ServerFault, TransportError
from esxvirt.vsphere.tasks import look

if TYPE_CHECKING:
    from esxvirt.vsphere.decode import Ref

__all__ = ["find"]

_MANY: Final = 12
_SECONDS: Final = 10.0
"""So many files, asked for one after the other within so many seconds, are a walk through the datastore."""


class _Looks:
    """What a connection's looks have found in one datastore: each volume is handed out once.

    Who asks for the same again wants it as it is now.
    """

    def __init__(self, pool: PoolHandle) -> None:
        self.pool = pool
        self.found: dict[str, VolumeHandle] = {}
        self._asked: deque[float] = deque(maxlen=_MANY)
        self._given: dict[str, float] = {}
        self._task: Ref | None = None
        self._begun: tuple[float, int] = (0.0, 0)
        self._is_given_up = False

    def find(self, connection: Connection, name: str) -> VolumeHandle | None:
        """Return the volume, None if there is none of that name."""
        self._take_whole(connection)
        self._given[name] = time.monotonic()
        volume = self.found.pop(name, None)
        if volume is not None and is_fresh(connection, volume):
            return volume
        self.found.update(look_into(connection, self.pool, name.rpartition("/")[0], "*") or {})
        volume = self.found.pop(name, None)
        self._asked.append(time.monotonic())
        if len(self._asked) == _MANY and self._asked[-1] - self._asked[0] < _SECONDS:
            self._begin_whole(connection)
        return volume

    def _begin_whole(self, connection: Connection) -> None:
        if self._task is not None or self._is_given_up:
            return
        self._asked.clear()
        self._begun = now(connection)
        try:
            self._task = begin(connection, self.pool, DEEP, path_in(self.pool, ""), everything(connection))
        except EsxvirtError:  # nobody has asked for it
            self._is_given_up = True

    def _take_whole(self, connection: Connection) -> None:
        """Take what the search of the whole has found, if it has ended in time to tell what is."""
        if self._task is None:
            return
        results: Any = None
        try:
            ended = look(connection.session, self._task)
            if ended is None and time.monotonic() - self._begun[0] < _SECONDS:
                return
            results = ended.result if ended is not None else None
        except (ServerFault, TransportError):
            ended = None
        self._task = None
        self._is_given_up = ended is None or ended.error is not None
        long_ago = time.monotonic() - _SECONDS
        self._given = {name: moment for name, moment in self._given.items() if moment > long_ago}
        volumes = volumes_of(self.pool, results, self._begun)
        self.found = {volume.name: volume for volume in volumes if volume.name not in self._given}


def find(connection: Connection, pool: PoolHandle, name: str) -> VolumeHandle | None:
    """Return the file of that name in a datastore, None if there is no volume there.

    A search of its folder, unless another look of a moment ago has found it: then no call.

    Raises:
        ServerFault: The server refused.
    """
    looks = connection.looks
    if looks is None or looks.pool.uuid != pool.uuid:
        looks = connection.looks = _Looks(pool)
    looks.pool = pool
    found: VolumeHandle | None = looks.find(connection, name)
    return found
