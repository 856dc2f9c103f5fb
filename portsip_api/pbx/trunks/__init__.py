"""The ways out: gateways and their ports, dialling rules, emergency locations.

Devices and calls use it; it uses extensions and what is below.
"""
