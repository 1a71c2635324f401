"""A domain's description, title and metadata."""

from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import DomainHandle, read
from esxvirt.errors import InvalidArgumentError, MetadataNotFoundError

__all__ = ["get_description", "get_metadata", "get_title"]


def get_description(connection: Connection, domain: DomainHandle) -> str:
    """VMware's notes on the machine (virDomainGetMetadata with VIR_DOMAIN_METADATA_DESCRIPTION). One SOAP call.

    Raises:
        MetadataNotFoundError: There are none.
    """
    notes = read(connection, domain, ("config.annotation",)).get("config.annotation")
    if not notes:
        raise MetadataNotFoundError("Requested metadata element is not present")
    return str(notes)


def get_title(_: Connection, __: DomainHandle) -> str:
    """A short title (virDomainGetMetadata with VIR_DOMAIN_METADATA_TITLE): VMware has no place for one. No SOAP call.

    Raises:
        MetadataNotFoundError: Always.
    """
    raise MetadataNotFoundError("Requested metadata element is not present")


def get_metadata(_: Connection, __: DomainHandle, namespace: str | None) -> str:
    """The XML element of a namespace (VIR_DOMAIN_METADATA_ELEMENT): VMware has no place for one. No SOAP call.

    Raises:
        InvalidArgumentError: No namespace is given.
        MetadataNotFoundError: Otherwise.
    """
    if namespace is None:
        raise InvalidArgumentError("uri in virDomainGetMetadata must not be NULL")
    raise MetadataNotFoundError("Requested metadata element is not present")
