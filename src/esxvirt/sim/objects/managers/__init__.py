"""What a server has one of: the service instance and its managers, tasks and events."""
