"""Run an unmodified libvirt-python program on esxvirt: ``import libvirt`` gets `esxvirt.libvirt`.

usage: python -m esxvirt.compat PROGRAM [ARG...]
       python -m esxvirt.compat -m MODULE [ARG...]
       python -m esxvirt.compat -c CODE [ARG...]
       python -m esxvirt.compat --install-shim DIR

PROGRAM is a Python file, or the name of one that is found in PATH. Python is started anew with it, as without esxvirt,
but for PYTHONPATH, which begins with a folder that has libvirt, libvirt_qemu, libvirt_lxc and libvirtaio. So Python
processes that the program starts get them, too.

--install-shim writes these modules into a folder, for a PYTHONPATH of your own.
"""

import sys

from esxvirt.compat.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], __doc__))
