"""The wire: types and versions from pyVmomi's tables, values, and SOAP text in both directions."""
