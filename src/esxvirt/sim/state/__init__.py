"""What the simulated site is: hosts, machines, datastores and their files, networks. Nothing here knows of XML."""
