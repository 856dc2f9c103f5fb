"""What a SIP engine keeps of accounts, so that phones can call while this server is away: which, and until when.

`directory` of an engine asks whether an account may be kept, `switch/teller.py` tells it whose it is to ask for again.
"""
