"""Placing calls, the registrations of phones, conferences as they are at the moment, the history of calls and their
recordings.

Only the APIs use it; it uses routing and what is below.
"""
