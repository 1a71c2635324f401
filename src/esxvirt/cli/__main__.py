"""`python -m esxvirt.cli` is `esxvirsh`."""

import sys

from esxvirt.cli.main import run

sys.exit(run())
