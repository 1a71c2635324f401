"""What tests of the command on a server need, too."""

from tests.unit.cli.conftest import small_disk

__all__ = ["small_disk"]
