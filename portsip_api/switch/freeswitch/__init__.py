"""FreeSWITCH 1.10 as the SIP engine: what it asks over HTTP is answered, and its event socket is listened to.

Nothing above knows a word of it. Source: FreeSWITCH 1.10.12, as it was seen to work.
"""
