"""The property collector's work: what paths mean, which objects a filter selects, what has changed."""
