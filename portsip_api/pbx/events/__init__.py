"""Events: what happens to extensions, told in the order in which it was committed to whoever watches.

Only the API that shows events uses it; it uses extensions and what is below.
"""
