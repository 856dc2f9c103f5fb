"""The normal form in which names are compared and searched, and finding rows by parts of words: an FTS5 trigram index
over texts in that form, and a scan where a word is too short for it.

A searchable text is the row's values in normal form, joined by line feeds, behind a mark of the tenant, so that a
search reads the postings of its own tenant only.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from portsip_api.store import database
from portsip_api.store.dialect import holds, json_list

MOST_HITS = 10_000
_TRIGRAM = 3
_PUNCTUATION = re.compile(r"[\s()./-]+")
_PHONE = re.compile(r"[+()./-]*[0-9][0-9+()./-]*")


def fold(text: str) -> str:
    """Return the normal form of a name or of what is searched for; names with the same one are one name.

    NFKC, case folded, the dot above an i dropped that folding leaves of İ, NFKC again; blanks at the ends dropped, and
    each run of blanks one. Source: Unicode, chapter 3.13 (caseless matching) and UAX 15. Numbers, ids and domains are
    compared as they are, passwords too.
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    before = ""
    while text != before:  # a second time for few characters, whose folding is not composed as theirs is
        before = text
        text = unicodedata.normalize("NFKC", text).casefold().replace("i\u0307", "i")
        text = " ".join(unicodedata.normalize("NFKC", text).split())
    return text


def lower(text: str) -> str:
    """Return a domain, a scheme or a serial number in lower case; what is not ASCII is none, and stays what it is."""
    return text.lower() if text.isascii() else text


def squeeze(phone: str) -> str:
    """Return a phone number in normal form without blanks and punctuation, as it is searched for."""
    return _PUNCTUATION.sub("", fold(phone))


def searchable(tenant_id: int, values: Iterable[str], phones: Iterable[str] = ()) -> str:
    """Return the text under which a row of `tenant_id` is found; `phones` also by their digits alone."""
    found = [fold(value) for value in values]
    for phone in filter(None, phones):
        found += dict.fromkeys([fold(phone), squeeze(phone)])
    return "\n".join([_mark(tenant_id), *filter(None, found)])


@dataclass(frozen=True)
class TextIndex:
    """A table of searchable texts and its FTS5 index: column `text` in both, `id_column` in the table."""

    table: str
    fts: str
    id_column: str

    def find(self, tenant_id: int, condition: str) -> list[int]:
        """Return the ids of the rows in which every blank-separated word of `condition` stands, at most MOST_HITS."""
        found: list[int] = json.loads(self.find_json(tenant_id, condition)[0])
        return found

    def find_json(self, tenant_id: int, condition: str) -> tuple[str, int]:
        """Return the ids of the rows in which every blank-separated word of `condition` stands, at most MOST_HITS.

        They are one JSON array, for the next statement; and how many they are.
        """
        if "\0" in condition:  # no value holds one, and an FTS5 query would end there
            return "[]", 0
        words = _words(condition)
        where, values = ["TRUE"], []
        indexed = [[_mark(tenant_id)], *(word for word in words if min(map(len, word)) >= _TRIGRAM)]
        scanned = [word for word in words if min(map(len, word)) < _TRIGRAM]
        source = f"{self.table} AS t"
        if len(indexed) > 1 or not scanned:
            source = f"{self.fts} AS f JOIN {self.table} AS t ON t.{self.id_column} = f.rowid"
            where = [f"{self.fts} MATCH ?"]
            values = [" AND ".join(f"({' OR '.join(map(_quoted, word))})" for word in indexed)]
        else:
            scanned.append([_mark(tenant_id)])
        for word in scanned:
            where.append(f"({' OR '.join([holds('t.text')] * len(word))})")
            values += word
        ids, count = database.fetch_row(
            f"SELECT {json_list('id')}, count(*) FROM (SELECT t.{self.id_column} AS id"
            f" FROM {source} WHERE {' AND '.join(where)} LIMIT {MOST_HITS}) AS hit",
            values,
        )
        return ids, count


def _words(condition: str) -> list[list[str]]:
    """Return the words of a condition, each with its other spelling: a part of a phone number without punctuation."""
    words = fold(condition).split()
    phone = {word: squeeze(word) for word in words if _PHONE.fullmatch(word)}
    if phone:
        words = [word for word in words if _PUNCTUATION.sub("", word)]
    return [list(dict.fromkeys([word, phone.get(word, word)])) for word in words]


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _mark(tenant_id: int) -> str:
    return f"\x1e{tenant_id}\x1f"
