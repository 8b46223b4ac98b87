"""Measurements: `make bench`. Speeds are ratios within one run, since machines differ."""
