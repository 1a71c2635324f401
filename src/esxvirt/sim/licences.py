"""What a licence lets a client do: under that of the free ESXi, the API only reads."""

__all__ = ["FREE", "LICENCES", "writes"]

FREE = "VMware vSphere Hypervisor"
LICENCES = ("evaluation", "free")
# Objects that belong to a client's session, or tell of the server.
_OF_CLIENTS = frozenset({
    "ServiceInstance", "PropertyCollector", "PropertyFilter", "ViewManager", "View", "ManagedObjectView",
    "ContainerView", "ListView", "InventoryView", "SessionManager", "SearchIndex", "PerformanceManager",
    "EventManager", "EventHistoryCollector", "HistoryCollector", "TaskManager", "TaskHistoryCollector", "Task",
    "LicenseManager", "EnvironmentBrowser", "HostDatastoreBrowser",
})  # fmt: skip
_READS = ("Fetch", "Query", "Retrieve", "Find", "Search", "Check", "Has", "Refresh", "Acquire", "Reload", "Rescan")


def writes(type_name: str, method: str) -> bool:
    """Return whether a method changes the host or what is on it."""
    return type_name not in _OF_CLIENTS and not method.startswith(_READS)
