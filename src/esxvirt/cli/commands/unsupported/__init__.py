"""Commands whose functions the driver has not: each topic has a table of them, and what of them is no data.

`declared` makes commands of a table; `steps` has what they do before they refuse.
"""
