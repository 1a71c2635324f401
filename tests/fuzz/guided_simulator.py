"""Coverage-guided fuzzing of the simulator's two doors, with atheris: whatever is sent, it is answered or refused.

usage: python -m tests.fuzz.guided_simulator sdk|folder [libFuzzer's options, such as -max_total_time=600]
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]  # not a dependency of the project

with atheris.instrument_imports(include=["esxvirt"]):
    from esxvirt.sim.calls import Peer
    from esxvirt.sim.http.sdk import SoapHandler
    from esxvirt.sim.state.storage.datastores import Datastore, File
    from tests.unit.sim.inside import Inside

INSIDE = Inside("esx-7.0")
HANDLER = SoapHandler(INSIDE.endpoint, ThreadPoolExecutor(1))
# Waiting is no accident, but it would end the fuzzing.
WAITS = (b"WaitForUpdates",)


# What is no envelope stands in one: as the call, or as the arguments of one.
ENVELOPE = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>%s</e:Body></e:Envelope>'
CALL = ENVELOPE % (
    b'<RetrieveProperties xmlns="urn:vim25"><_this type="PropertyCollector">ha-property-collector</_this>%s'
    b"</RetrieveProperties>"
)


def answer_sdk(data: bytes) -> None:
    """A body: an answer or a fault, and no accident in the simulator's own code."""
    kind, data = data[:1], data[1:]
    if kind in {b"e", b"c"}:
        data = (ENVELOPE if kind == b"e" else CALL).replace(b"%s", data)
    if any(word in data for word in WAITS):
        return
    cookie = INSIDE.session.cookie if INSIDE.session else None
    answer = HANDLER._call(HANDLER._parse(data), "", Peer(cookie=cookie))
    if answer.status not in {200, 500} or b"SystemError" in answer.body:
        raise AssertionError(answer)


def write_folder(data: bytes) -> None:
    """A path of a file: it is refused, or what is written there is there and nowhere else."""
    path = data.decode("utf-8", "replace")
    store = Datastore("fuzz", 1, "VMFS", "/vmfs/volumes/fuzz", 1 << 30)
    store.make_directory("here")
    try:
        store.put(f"here/{path}", File.of(b"1"))
    except (ValueError, IsADirectoryError, NotADirectoryError):
        return
    if [name for name, _ in store.names("")] != ["here"] or store.find(f"here/{path}") is None:
        raise AssertionError(path)


TARGETS = {"sdk": answer_sdk, "folder": write_folder}


def main() -> None:
    """Fuzz the target named by the first argument."""
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(__doc__)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
