"""Reports of past calls as files, made beside the requests, and the mail that brings them.

Only the APIs and the jobs use it; it uses calls, mailboxes and media.
"""
