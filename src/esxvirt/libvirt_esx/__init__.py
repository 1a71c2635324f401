"""What ESX, GSX and vCenter have and libvirt has no name for: functions on libvirt-python's objects.

`esxvirt.libvirt` shows libvirt-python's names and no other; what is VMware's own is here, as libvirt-python has
`libvirt_qemu` for what is QEMU's own::

    import esxvirt.libvirt as libvirt
    import esxvirt.libvirt_esx as libvirt_esx

    with libvirt.open("vpx://vcenter.example.com") as conn:
        for host in libvirt_esx.hosts(conn):
            print(host["path"], host["version"])

All raise `libvirtError` as the methods of those objects do.
"""

import sys
from typing import TYPE_CHECKING, Any

# Where the functions are: a module is imported when one of its functions is first asked for.
_MODULES = {
    "_connections": (
        "changes_made",
        "diagnose",
        "end_kept_sessions",
        "node_info",
        "raise_unsupported",
        "resolve",
        "vim",
    ),
    "_definitions": ("define_on", "definition_notes", "native_to_xml", "xml_to_native"),
    "_domains": ("await_condition", "connection_state", "interface_links", "key_code", "titles"),
    "_hosts": ("hosts", "inventory", "location", "narrow", "passthrough"),
    "_snapshots": ("all_snapshot_details", "children_details", "rename_snapshot", "snapshot_details"),
    "_storage": ("info_at_lookup", "pool_infos", "volume_infos", "xml_at_lookup"),
    "_streams": ("abandon", "file_facts", "remaining", "wanted"),
    "_tasks": ("answer", "questions", "set_progress_callback", "set_question_callback", "set_task_deadline"),
}
_PLACES = {name: module for module, names in _MODULES.items() for name in names}

if TYPE_CHECKING:
    from esxvirt.libvirt_esx._connections import changes_made as changes_made
    from esxvirt.libvirt_esx._connections import diagnose as diagnose
    from esxvirt.libvirt_esx._connections import end_kept_sessions as end_kept_sessions
    from esxvirt.libvirt_esx._connections import node_info as node_info
    from esxvirt.libvirt_esx._connections import raise_unsupported as raise_unsupported
    from esxvirt.libvirt_esx._connections import resolve as resolve
    from esxvirt.libvirt_esx._connections import vim as vim
    from esxvirt.libvirt_esx._definitions import define_on as define_on
    from esxvirt.libvirt_esx._definitions import definition_notes as definition_notes
    from esxvirt.libvirt_esx._definitions import native_to_xml as native_to_xml
    from esxvirt.libvirt_esx._definitions import xml_to_native as xml_to_native
    from esxvirt.libvirt_esx._domains import await_condition as await_condition
    from esxvirt.libvirt_esx._domains import connection_state as connection_state
    from esxvirt.libvirt_esx._domains import interface_links as interface_links
    from esxvirt.libvirt_esx._domains import key_code as key_code
    from esxvirt.libvirt_esx._domains import titles as titles
    from esxvirt.libvirt_esx._hosts import hosts as hosts
    from esxvirt.libvirt_esx._hosts import inventory as inventory
    from esxvirt.libvirt_esx._hosts import location as location
    from esxvirt.libvirt_esx._hosts import narrow as narrow
    from esxvirt.libvirt_esx._hosts import passthrough as passthrough
    from esxvirt.libvirt_esx._snapshots import all_snapshot_details as all_snapshot_details
    from esxvirt.libvirt_esx._snapshots import children_details as children_details
    from esxvirt.libvirt_esx._snapshots import rename_snapshot as rename_snapshot
    from esxvirt.libvirt_esx._snapshots import snapshot_details as snapshot_details
    from esxvirt.libvirt_esx._storage import info_at_lookup as info_at_lookup
    from esxvirt.libvirt_esx._storage import pool_infos as pool_infos
    from esxvirt.libvirt_esx._storage import volume_infos as volume_infos
    from esxvirt.libvirt_esx._storage import xml_at_lookup as xml_at_lookup
    from esxvirt.libvirt_esx._streams import abandon as abandon
    from esxvirt.libvirt_esx._streams import file_facts as file_facts
    from esxvirt.libvirt_esx._streams import remaining as remaining
    from esxvirt.libvirt_esx._streams import wanted as wanted
    from esxvirt.libvirt_esx._tasks import answer as answer
    from esxvirt.libvirt_esx._tasks import questions as questions
    from esxvirt.libvirt_esx._tasks import set_progress_callback as set_progress_callback
    from esxvirt.libvirt_esx._tasks import set_question_callback as set_question_callback
    from esxvirt.libvirt_esx._tasks import set_task_deadline as set_task_deadline
else:
    __all__ = [*_PLACES]  # noqa: PLE0604  they are strings

    def __getattr__(name: str) -> Any:
        if name not in _PLACES:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'", name=name, obj=sys.modules[__name__])
        module = f"{__name__}.{_PLACES[name]}"
        __import__(module)
        return getattr(sys.modules[module], name)

    def __dir__() -> list[str]:
        return [*__all__, *(name for name in globals() if name.startswith("__"))]
