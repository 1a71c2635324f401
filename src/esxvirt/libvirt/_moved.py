"""Where to find what `esxvirt.libvirt` had once and libvirt-python has not: functions of `esxvirt.libvirt_esx`."""

from collections.abc import Iterable

__all__ = ["MOVED", "missing"]

MOVED: dict[str, dict[str, str]] = {
    "": {
        "diagnose": "diagnose(uri, auth)",
        "endKeptSessions": "end_kept_sessions(uri)",
        "nativeToXML": "native_to_xml(None, native_format, config)",
        "virKeycodeValueFromString": "key_code(codeset, name)",
        "virRaiseUnsupported": "raise_unsupported(conn, function)",
        "xmlToNative": "xml_to_native(None, native_format, domain_xml)",
    },
    "virConnect": {
        "changesMade": "changes_made(conn)",
        "defineXMLOn": "define_on(conn, xml, host)",
        "definitionNotes": "definition_notes(conn)",
        "domainTitles": "titles(conn, doms)",
        "getAllStoragePoolInfo": "pool_infos(conn)",
        "getInfoKiB": "node_info(conn)",
        "hosts": "hosts(conn)",
        "inventory": "inventory(conn)",
        "narrow": "narrow(conn, host)",
        "nativeToXML": "native_to_xml(conn, native_format, config)",
        "setProgressCallback": "set_progress_callback(conn, cb)",
        "setQuestionCallback": "set_question_callback(conn, cb)",
        "setTaskDeadline": "set_task_deadline(conn, seconds)",
        "vim": "vim(conn)",
        "xmlToNative": "xml_to_native(conn, native_format, domain_xml)",
    },
    "virDomain": {
        "answer": "answer(dom, question, choice)",
        "awaitCondition": "await_condition(dom, condition)",
        "interfaceLinks": "interface_links(dom)",
        "location": "location(dom)",
        "questions": "questions(dom)",
        "snapshotDetails": "all_snapshot_details(dom)",
    },
    "virDomainSnapshot": {
        "childrenDetails": "children_details(snap)",
        "details": "snapshot_details(snap)",
        "rename": "rename_snapshot(snap, name)",
    },
    "virStoragePool": {"getAllVolumeInfo": "volume_infos(pool)"},
    "virStorageVol": {"XMLDescAtLookup": "xml_at_lookup(vol)", "infoAtLookup": "info_at_lookup(vol)"},
    "virStream": {
        "abandon": "abandon(stream)",
        "facts": "file_facts(stream)",
        "remaining": "remaining(stream)",
        "wanted": "wanted(stream)",
    },
}
"""By class ("" for the module itself) and name: the call to make instead."""


def missing(what: str, classes: Iterable[type], name: str, owner: object) -> AttributeError:
    """Return the error for an attribute that there is not; where it has moved, the error says where to.

    Args:
        what: What has it not, in words.
        classes: The object's class and its ancestors; none for the module.
        name: The attribute.
        owner: The object or module.
    """
    keys = [cls.__name__ for cls in classes] or [""]
    call = next((MOVED[key][name] for key in keys if name in MOVED.get(key, ())), None)
    where = "" if call is None else f": it is esxvirt.libvirt_esx.{call}"
    return AttributeError(f"{what} has no attribute '{name}'{where}", name=name, obj=owner)
