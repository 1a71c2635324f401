"""Conversions a second by the real libvirt: run by the system's own Python, which has libvirt-python.

usage: libvirt_conversions.py URI SECONDS

Reads lines of JSON, `[METHOD, TEXT]`, METHOD being `domainXMLFromNative` or `domainXMLToNative`; answers each with a
line of JSON, `[CONVERSIONS A SECOND, RESULT]`.
"""

import json
import sys
import time

import libvirt  # type: ignore[import-not-found, import-untyped, unused-ignore]  # the system's Python has it, not ours

connection = libvirt.open(sys.argv[1])
for line in sys.stdin:
    method, text = json.loads(line)
    convert = getattr(connection, method)
    result = convert("vmware-vmx", text, 0)
    count, begin = 0, time.perf_counter()
    while (passed := time.perf_counter() - begin) < float(sys.argv[2]):
        convert("vmware-vmx", text, 0)
        count += 1
    print(json.dumps([count / passed, result]), flush=True)
