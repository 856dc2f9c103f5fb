"""What else answers a number: groups that ring, queues, attendants, page groups, park orbits, conferences.

The rooms of devices, calls and files use it; it uses routing and what is below.
"""
