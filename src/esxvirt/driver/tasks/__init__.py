"""Tasks: running and following them, the questions that block them, and writes whose answers were lost."""
