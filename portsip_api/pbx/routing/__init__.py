"""Where a call goes and why: the pure decision, what is gathered for it, what rings besides.

Calls and features use it; it uses extensions and what is below.
"""
