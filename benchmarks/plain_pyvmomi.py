"""List all machines with pyVmomi, the way its samples and most scripts do: a view, then each machine's properties.

usage: BENCHMARK_PASSWORD=... python -m benchmarks.plain_pyvmomi PORT USERNAME
"""

import os
import sys

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim


def main(port: str, username: str) -> None:
    """Connect, list, disconnect."""
    service = SmartConnect(
        host="127.0.0.1",
        port=int(port),
        user=username,
        pwd=os.environ["BENCHMARK_PASSWORD"],
        disableSslCertValidation=True,
    )
    try:
        content = service.RetrieveContent()
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], recursive=True)
        for machine in view.view:
            print(f"{machine.name}  {machine.runtime.powerState}")
        view.Destroy()
    finally:
        Disconnect(service)


if __name__ == "__main__":
    main(*sys.argv[1:])
