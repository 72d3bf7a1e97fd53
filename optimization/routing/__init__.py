"""Arc routing: in what order crews drive along the streets that need them."""
