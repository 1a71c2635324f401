"""`python -m esxvirt.cli` is `esxvirsh`."""

from esxvirt.cli.main import main

main()
