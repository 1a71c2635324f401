"""Moving domains to another host or datastore by way of a vCenter."""
