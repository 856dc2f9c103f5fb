"""Mailboxes: messages that callers leave, in folders, and the mail that tells of them.

Only the APIs, the command line, the jobs and a SIP engine use it; it uses personal, extensions and media.
"""
