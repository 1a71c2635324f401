"""Which file is meant: its place, and its datacenter, as the server's `/folder` wants them."""

from urllib.parse import quote, urlencode

from esxvirt.datastore_path import DatastorePath
from esxvirt.errors import BadAnswerError

__all__ = ["DatastoreFile"]


class DatastoreFile:
    """A file as VMware names it, ``[datastore] directory/file``, in a datacenter (``folder/dc1``).

    Raises:
        BadAnswerError: A text of another form, which a server gave.
    """

    __slots__ = ("datacenter", "place")

    def __init__(self, place: DatastorePath | str, datacenter: str) -> None:
        found = DatastorePath.parse(place) if isinstance(place, str) else place
        if found is None:
            raise BadAnswerError(f"the server names a file '{place}', which is not of the form '[datastore] path'")
        self.place = found
        self.datacenter = datacenter

    @property
    def datastore(self) -> str:
        """The datastore's name."""
        return self.place.datastore

    @property
    def path(self) -> str:
        """The path in the datastore."""
        return self.place.path

    @property
    def url(self) -> str:
        """Path and query on the server, percent-encoded."""
        query = urlencode({"dcPath": self.datacenter, "dsName": self.datastore}, quote_via=quote, safe="")
        return f"/folder/{quote(self.path)}?{query}"

    def __str__(self) -> str:
        return str(self.place)
