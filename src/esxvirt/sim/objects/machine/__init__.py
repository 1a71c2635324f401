"""Virtual machines: `VirtualMachine` and `VirtualMachineSnapshot`, their methods by topic, and what describes them."""
