"""Descriptions of machines of KVM and other hypervisors as descriptions of machines for ESX: each change has a note."""

from esxvirt.vmx.adapt.domain import adapt_domain
from esxvirt.vmx.adapt.target import Target

__all__ = ["Target", "adapt_domain"]
