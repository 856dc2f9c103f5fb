"""Public phonebooks: entries that were imported, and the members of groups.

Only the APIs and the command line use it; it uses extensions and what is below.
"""
