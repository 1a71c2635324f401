"""Loggers that import `logging` when there is something to log."""

import logging
import subprocess
import sys

import pytest

from esxvirt import logs
from esxvirt.logs import Log


def test_logging_is_not_imported_before() -> None:
    program = (
        "import sys; from esxvirt.logs import Log; log = Log('esxvirt.x'); assert 'logging' not in sys.modules; "
        "log.warning('%d of %s', 1, 'us'); assert 'logging' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "1 of us\n"


def test_a_line_has_the_name_and_the_place(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "esxvirt"):
        Log("esxvirt.some.module").info("%s went well", "it")
    [entry] = caplog.records
    assert (entry.name, entry.levelname, entry.getMessage()) == ("esxvirt.some.module", "INFO", "it went well")
    assert entry.filename == "test_logs.py"


def test_the_last_preparation_is_made_once(caplog: pytest.LogCaptureFixture) -> None:
    made: list[str] = []
    logs.before_first(lambda: made.append("first"))
    logs.before_first(lambda: made.append("second"))
    assert made == []
    Log("esxvirt.x").warning("one")
    Log("esxvirt.x").warning("two")
    assert made == ["second"]
    assert caplog.messages == ["one", "two"]
