"""libvirt's VMware ESX driver in Python: connections, virsh, the libvirt module, VMX conversion and a simulator."""

__all__ = ["__version__"]

__version__ = "0.1.0"
