"""What else answers a number: ring groups, call queues, hunt groups, attendants, page groups, park orbits.

The rooms of devices, calls and files use it; it uses routing and what is below.
"""
