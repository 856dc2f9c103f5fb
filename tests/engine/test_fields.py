"""The fields of a look-up, as they are read."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from portsip_api.engine.fields import Fields

NAMES = st.from_regex(r"[A-Za-z0-9_.-]+", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8"))


def test_a_field_is_decoded():
    fields = Fields(b"user=10%2000+1&domain=b%C3%BCro.test&empty=&alone")
    assert fields["user"] == "10 00 1"
    assert fields["domain"] == "b\u00fcro.test"
    assert fields["empty"] == fields["alone"] == ""
    assert fields.get("none") is None
    assert ("alone" in fields, "none" in fields) == (True, False)
    assert len(fields) == 4


def test_the_first_of_equal_names_counts():
    assert Fields(b"user=1000&user=1001&%75ser=1002")["user"] == "1000"
    assert Fields(b"%75ser=1002&user=1000")["user"] == "1000"  # no name of the engine's is escaped


def test_nothing_ends_a_field_but_an_ampersand():
    fields = Fields(b"a=1;b=2&c=3=4&d=5%26e=6")
    assert dict(fields) == {"a": "1;b=2", "c": "3=4", "d": "5&e=6"}


def test_what_is_no_text_is_nobody():
    assert Fields(b"user=10\xff00")["user"] == Fields(b"user=10%FF00")["user"] == "10\ufffd00"


@given(st.lists(st.tuples(NAMES, TEXTS), min_size=1))
def test_they_are_those_that_werkzeug_reads(pairs):
    content = urlencode(pairs).encode()
    with EnvironBuilder(data=content, content_type="application/x-www-form-urlencoded").get_request() as request:
        assert dict(Fields(content)) == request.form.to_dict()
