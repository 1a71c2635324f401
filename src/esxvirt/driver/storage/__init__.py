"""Storage: datastores as pools, their volumes, and the content of volumes."""
