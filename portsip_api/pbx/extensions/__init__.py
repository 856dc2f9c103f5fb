"""Extensions, also as users: their values, directory, groups, aliases, permissions, branches, pictures.

The rooms of calls, features and devices use it; it uses access, hours, settings and media.
"""
