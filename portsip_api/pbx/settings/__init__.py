"""The settings engine of services and devices: definitions, which are data, rules, values; and the models of devices.

Every room above may use it; whose a setting is, it is told as a text.
"""
