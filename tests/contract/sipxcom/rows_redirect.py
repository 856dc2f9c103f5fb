"""Rows: what the main port led on to the system's mailboxes, and how users log out and get a private key."""

from typing import Any

from tests.contract.sipxcom.row import Row, unsupported

_ALL = ("GET", "PUT", "POST", "DELETE")
_BOX = "rest/my/redirect/mailbox/200"
_MESSAGE = f"{_BOX}/message/{{message}}"
_KEY = "A key is shown once: the page tells only that there is one."


def _rows(number: int, uri: str, path: str, *rows: tuple[str, dict[str, Any]]) -> list[Row]:
    """Return the rows of an address, and of the methods that have none, which are unsupported."""
    asked = [Row(number, uri, method, path, **({"status": 200} | more), user=True) for method, more in rows]
    rest = [method for method in _ALL if method not in {method for method, _ in rows}]
    return asked + unsupported(number, uri, path, *rest, user=True)


_LISTED: dict[str, Any] = {"has": ('<message id="{message}"',)}
_FOREIGN = "Whose a mailbox is, is checked here."
ROWS = [
    *_rows(250, "/my/redirect/mailbox/{user}/messages", f"{_BOX}/messages", ("GET", _LISTED)),
    *_rows(251, "/my/redirect/mailbox/{user}/{folder}", f"{_BOX}/inbox", ("GET", _LISTED)),
    Row(251, "/my/redirect/mailbox/{user}/{folder}", "GET", f"{_BOX}/trash", 400, user=True),
    Row(251, "/my/redirect/mailbox/{user}/{folder}", "GET", f"{_BOX[:-3]}201/inbox", 403, user=True, why=_FOREIGN),
    *_rows(252, "/my/redirect/mailbox/{user}/{folder}/{id}", f"{_BOX}/inbox/{{message}}", ("GET", _LISTED)),
    *_rows(
        253,
        "/my/redirect/mailbox/{user}/message/{id}/heard",
        f"{_MESSAGE}/heard",
        ("PUT", {}),
        ("GET", {"has": ("<heard>true</heard>",)}),
        ("DELETE", {}),
    ),
    *_rows(
        257,
        "/my/redirect/mailbox/{user}/mwi",
        f"{_BOX}/mwi",
        ("GET", {"has": ("Voice-Message: 1/0",)}),
        ("PUT", {"status": 503, "why": "There is no SIP engine that could tell phones."}),
    ),
    *_rows(258, "/my/redirect/media/{user}/{folder}/{id}", "rest/my/redirect/media/200/inbox/{message}", ("GET", {})),
    *_rows(
        255,
        "/my/redirect/mailbox/{user}/message/{id}/subject",
        f"{_MESSAGE}/subject",
        ("PUT", {"body": "News", "content_type": "text/plain"}),
    ),
    *_rows(254, "/my/redirect/mailbox/{user}/message/{id}/delete", f"{_MESSAGE}/delete", ("PUT", {})),
    *_rows(256, "/my/redirect/mailbox/{user}/message/{id}/move/{folder}", f"{_MESSAGE}/move/inbox", ("PUT", {})),
    *_rows(259, "/my/logindetailsunite/logout", "rest/my/logindetailsunite/logout", ("GET", {})),
    *_rows(260, "/my/logoutunite", "rest/my/logoutunite", ("GET", {})),
    *_rows(261, "/my/privatekey", "rest/my/privatekey", ("POST", {"why": _KEY}), ("DELETE", {})),
]
