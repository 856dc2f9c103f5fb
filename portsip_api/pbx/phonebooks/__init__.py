"""Phonebooks: public ones, of entries that were imported and of members of groups, and all users as one.

Only the APIs and the command line use it; it uses extensions and what is below.
"""
