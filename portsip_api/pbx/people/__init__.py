"""People: users in full, with a profile, groups by name, the permissions that they have, and settings.

The rooms of devices, calls and phonebooks may use it, and the APIs; it uses extensions and what is below.
"""
