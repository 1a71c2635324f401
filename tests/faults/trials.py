"""Trials by the thousand: which of them run, many at once, and the figures that they give.

Every trial has a name, and whether it runs is told by that name: a part of them in every run of the tests, all of them
with ESXVIRT_FAULTS=all. With ESXVIRT_FAULTS_FIGURES, a directory, the figures are written there.
"""

import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.faults.verdict import Complaint

__all__ = ["ALL", "AT_ONCE", "Result", "conclude", "is_chosen", "run_all"]

ALL = os.environ.get("ESXVIRT_FAULTS") == "all"
_FIGURES = os.environ.get("ESXVIRT_FAULTS_FIGURES")
AT_ONCE = 4
# So many of one test's complaints are printed; there is a reason for all of them.
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Result:
    """A trial's name, what was said, and what is wrong."""

    name: str
    said: str
    complaints: tuple[Complaint, ...]

    def __str__(self) -> str:
        return f"{self.name}: {'; '.join(map(str, self.complaints))}\n    said: {self.said or 'nothing'}"


def is_chosen(name: str, one_of: int) -> bool:
    """Whether the trial of this name is one of those that always run: every so manieth, by its name."""
    return ALL or zlib.crc32(name.encode()) % one_of == 0


_Found = TypeVar("_Found")


def run_all(trials: Iterable[Callable[[], _Found]]) -> list[_Found]:
    """Run trials, some of them at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda trial: trial(), trials))


def conclude(file: str, test: str, results: Sequence[Result]) -> None:
    """Keep the figures of a test, and fail if anything is wrong."""
    bad = [result for result in results if result.complaints]
    if _FIGURES:
        kinds = Counter(kind for result in bad for kind in {complaint.kind for complaint in result.complaints})
        line = {"file": file, "test": test, "trials": len(results), **kinds, "bad": [str(result) for result in bad]}
        with Path(_FIGURES, f"{file}.{os.getpid()}.jsonl").open("a", encoding="utf-8") as figures:
            figures.write(json.dumps(line) + "\n")
    listing = "\n".join(map(str, bad[:_SHOWN]))
    assert not bad, f"{len(bad)} of {len(results)} trials:\n{listing}"
