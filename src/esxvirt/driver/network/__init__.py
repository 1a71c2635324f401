"""Networks: virtual switches and port groups, reading and defining them."""
