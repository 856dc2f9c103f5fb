"""Who may enter: tenants, administrators, tokens, log-ins and their limits, links that open one thing.

Every room may use it; it uses none.
"""
