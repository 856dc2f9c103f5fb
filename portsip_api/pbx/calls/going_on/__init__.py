"""Calls that go on: what is known of each until its end is written into the history.

Only a SIP engine's side in the switch writes here; it uses calls and what is below.
"""
