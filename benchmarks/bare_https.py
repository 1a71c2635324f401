"""The least that a client in Python must do: the requests of `list --all`, with `ssl` and `http.client` alone.

Nothing is checked, read or shown. What a command takes beyond this is its own doing.

usage: BENCHMARK_PASSWORD=... python benchmarks/bare_https.py PORT USERNAME
"""

import http.client
import os
import ssl
import sys

_ENVELOPE = (
    '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>'
    '<{0} xmlns="urn:vim25"><_this type="{1}">{2}</_this>{3}</{0}></Body></Envelope>'
)
_SPECIFICATION = (
    "<specSet><propSet><type>Folder</type><pathSet>name</pathSet></propSet>"
    '<objectSet><obj type="Folder">ha-folder-root</obj></objectSet></specSet><options/>'
)


def main(port: str, username: str) -> None:
    """Connect, log in, read something, log out."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", int(port), context=context)
    headers = {"SOAPAction": '"urn:vim25/7.0.3.0"', "Content-Type": "text/xml"}

    def call(method: str, kind: str, identity: str, arguments: str = "") -> http.client.HTTPResponse:
        request = _ENVELOPE.format(method, kind, identity, arguments)
        connection.request("POST", "/sdk", request.encode(), headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{method}: {answer.status}")
        answer.read()
        return answer

    call("RetrieveServiceContent", "ServiceInstance", "ServiceInstance")
    account = f"<userName>{username}</userName><password>{os.environ['BENCHMARK_PASSWORD']}</password>"
    session = call("Login", "SessionManager", "ha-sessionmgr", account).getheader("Set-Cookie") or ""
    headers["Cookie"] = session.partition(";")[0]
    call("RetrievePropertiesEx", "PropertyCollector", "ha-property-collector", _SPECIFICATION)
    call("Logout", "SessionManager", "ha-sessionmgr")
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
