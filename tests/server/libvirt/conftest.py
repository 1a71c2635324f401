"""What tests of the library on a server need, too."""

from tests.unit.libvirt.conftest import connection, domain, driver, errors

__all__ = ["connection", "domain", "driver", "errors"]
