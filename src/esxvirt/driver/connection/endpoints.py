"""Where a URI's server is: apart from the rest, since connections and kept sessions both dial it."""

from esxvirt.uri import ConnectionURI
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.tls import TlsPolicy

__all__ = ["endpoint_of"]


def endpoint_of(uri: ConnectionURI, hostname: str) -> Endpoint:
    """Return where the URI's server is, or its vCenter, and how it is reached and trusted."""
    tls = TlsPolicy(not uri.no_verify, uri.cacert, uri.thumbprint) if uri.transport == "https" else None
    if hostname == uri.host:
        return Endpoint(uri.host, uri.port, tls, uri.proxy)
    # `?vcenter=` has no port, and another certificate than the one that was pinned for the host.
    if tls is not None and tls.thumbprint is not None:
        tls = TlsPolicy(verify=True)
    return Endpoint(hostname, 443 if tls else 80, tls, uri.proxy)
