"""The numbers of a tenant, whatever answers them, and what points at them.

Everything above access may import from here.
"""
