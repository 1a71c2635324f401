"""All that there is, and what happens to it: the site, its tasks and events, how it starts and is kept in a file."""
