"""The devices of a VMX file, one module a kind: its rows, the beginning of its keys, its reader and its writer.

Each module has a `KIND`, which `esxvirt.vmx.registry` lists. Beside them are `kind`, what a kind consists of, and what
the disks' modules share: `disk_slots` (where a disk is) and `disk_controllers`.
"""
