"""Placing calls, and the registrations of phones.

Only the APIs use it; it uses routing and what is below.
"""
