"""Disks that are soon full."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_disks import SmallDisk, small_disk_in


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A directory with room for 256 KiB."""
    with small_disk_in(tmp_path, 256 << 10) as disk:
        yield disk
