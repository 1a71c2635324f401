"""Asks the real libvirt to convert: run by the system's own Python, which has libvirt-python.

usage: libvirt_oracle.py URI USERNAME PASSWORD

Reads lines of JSON, `["from"|"to", BASE64]`: a VMX file or a domain's XML, as bytes. Answers each with a line of JSON:
`["ok", BASE64]` or `["error", TEXT]`. The calls go around libvirt-python, which takes text in UTF-8 only.
"""

import base64
import ctypes
import json
import sys

import libvirt  # type: ignore[import-not-found]  # the system's Python has it, not ours

LIBRARY = ctypes.CDLL("libvirt.so.0")
FROM_NATIVE = LIBRARY.virConnectDomainXMLFromNative
TO_NATIVE = LIBRARY.virConnectDomainXMLToNative
for function in (FROM_NATIVE, TO_NATIVE):
    function.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint]
    function.restype = ctypes.c_void_p
POINTER = ctypes.pythonapi.PyCapsule_GetPointer
POINTER.argtypes = [ctypes.py_object, ctypes.c_char_p]
POINTER.restype = ctypes.c_void_p
FREE = ctypes.CDLL(None).free
FREE.argtypes = [ctypes.c_void_p]


def main() -> None:
    uri, username, password = sys.argv[1:]
    libvirt.registerErrorHandler(lambda _context, _error: None, None)

    def answer(credentials: list[list[object]], _opaque: object) -> int:
        for credential in credentials:
            credential[4] = username if credential[0] == libvirt.VIR_CRED_AUTHNAME else password
        return 0

    kinds = [libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE]
    connection = libvirt.openAuth(uri, [kinds, answer, None], 0)
    pointer = POINTER(connection._o, b"virConnectPtr")
    for line in sys.stdin:
        direction, data = json.loads(line)
        convert = FROM_NATIVE if direction == "from" else TO_NATIVE
        text = convert(pointer, b"vmware-vmx", base64.b64decode(data), 0)
        if text:
            reply = ["ok", base64.b64encode(ctypes.string_at(text)).decode()]
            FREE(text)
        else:
            error = libvirt.virGetLastError()
            reply = ["error", str(error[2]) if error else ""]
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


main()
