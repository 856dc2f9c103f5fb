"""Phones: lines, groups, settings, and the files that phones read.

Only upkeep and the APIs use it; it uses every room below.
"""
