"""What users keep for themselves, and do without an administrator: their secrets, preferences and the like.

The rooms of devices, calls and phonebooks use it; it uses extensions and what is below.
"""
