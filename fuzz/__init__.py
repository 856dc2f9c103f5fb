"""Attackers: everything that comes in from outside, fuzzed. `make fuzz` runs all of it; see `__main__`."""
