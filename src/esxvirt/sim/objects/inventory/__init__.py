"""The inventory: its entities from folders to resource pools, views of it, and the search in it."""
