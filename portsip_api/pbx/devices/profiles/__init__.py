"""The configuration files of phones, a module for each vendor's form.

Only the APIs use it; it uses devices and what is below.
"""
