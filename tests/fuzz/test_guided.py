"""A moment of the coverage-guided fuzzing of the parsers (`make guided`): it runs, and finds nothing at once."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import ROOT, find

# Seconds that nothing needs; a fuzzer that hangs must not hang the tests.
_PATIENCE = 300


@pytest.mark.parametrize("target", ["vmx", "strict", "xml"])
def test_nothing_is_found_at_once(target: str, tmp_path: Path) -> None:
    # A binary of it is not there for every Python, and nobody compiles it for a test: this skips in CI, too.
    if find("atheris") is None:
        pytest.skip("atheris is not installed, or has no binary for this Python: see `make guided`")
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.guided", target, "-runs=300", "-seed=1", f"-artifact_prefix={tmp_path}/"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
    assert run.returncode == 0, run.stderr[-5000:]
    # it may do one or two more than it was told to
    [done] = re.findall(r"^Done (\d+) runs", run.stderr, re.MULTILINE)
    assert 300 <= int(done) < 400
    assert list(tmp_path.iterdir()) == []


def test_a_parser_that_is_not_known_is_told_which_there_are() -> None:
    if find("atheris") is None:
        pytest.skip("atheris is not installed, or has no binary for this Python: see `make guided`")
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.guided", "nope"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
    assert run.returncode == 1
    assert "vmx|strict|xml" in run.stderr
