"""Events: what happens to extensions, and calls that have ended, told to whoever watches, in the order of the commits.

Only the API that shows events uses it; it uses extensions and what is below.
"""
