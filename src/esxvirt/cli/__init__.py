"""`esxvirsh`: virsh's commands, options and output on top of `esxvirt.libvirt`, which is all of esxvirt that it knows.

Rooms, from the outside in: `main` (the process), `startup` (global options), `grammar` (command lines), `commands`
(what there is to run), `virsh` (the running program that commands talk to), `connection` and `prompts` (opening one),
`tables`, `units` and `helptext` (what output looks like), `shell` (the interactive terminal).
"""
