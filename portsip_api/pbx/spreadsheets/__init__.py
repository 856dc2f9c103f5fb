"""What import, export and phonebooks know of spreadsheets, in which people open their files.

Import, export and phonebooks use it; it uses the vocabulary only.
"""
