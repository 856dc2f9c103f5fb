"""What becomes of a call, whatever ringing comes to: a plan, made by a module for each kind of what answers a number.

Only a SIP engine's side in the switch uses it; it uses calls and what is below.
"""
