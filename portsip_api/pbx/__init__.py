"""The PBX itself: models and rules, a room per part of it. It knows no HTTP, no JSON dialect and no XML.

Beside the rooms lies the vocabulary that all of them share: errors, identities, kinds of values, ids of rows.
"""
