"""Extensions as a file, CSV or JSON, in and out.

The APIs, the command line and upkeep use it; it uses extensions and what is below.
"""
