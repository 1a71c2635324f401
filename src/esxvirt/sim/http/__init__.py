"""The simulator on the network: listeners, SOAP, datastore files, service versions."""
