"""The property collector and its filters; `esxvirt.sim.properties` reads the properties."""
