"""`esxvirsh` on the system's real libvirt-python in place of our library: the command line alone is under test."""

import importlib
import sys

import esxvirt

libvirt = importlib.import_module("libvirt")
sys.modules["esxvirt.libvirt"] = libvirt
vars(esxvirt)["libvirt"] = libvirt
sys.argv[0] = "esxvirsh"
sys.exit(importlib.import_module("esxvirt.cli.main").run())
