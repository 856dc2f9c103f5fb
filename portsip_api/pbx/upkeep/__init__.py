"""What is done to the whole store: consistency, new keys, demonstration data, the check of DNS records.

The command line and the APIs use it; it may use every room.
"""
