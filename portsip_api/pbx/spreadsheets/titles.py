"""Titles of columns as people and programs write them."""

from portsip_api.store.search import fold


def key(title: str) -> str:
    """Return a title as titles are compared: without case, blanks, underscores and other signs."""
    return "".join(filter(str.isalnum, fold(title)))
