"""Forms as clients write them: which part of them gets the blame, and what a file is called."""

import pytest
from flask import Flask, request

from portsip_api.framework import bodies, forms
from portsip_api.pbx.errors import Invalid

MULTIPART = "multipart/form-data; boundary=xyz"
URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture
def app():
    app = Flask(__name__)
    app.request_class = forms.Request
    return app


def part(disposition: bytes) -> bytes:
    return b"--xyz\r\nContent-Disposition: form-data; " + disposition + b"\r\n\r\ncontent\r\n"


FIELD = part(b'name="extension_number"')
END = b"--xyz--\r\n"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (rb'filename="C:\Users\me\a.wav"', r"C:\Users\me\a.wav"),  # Windows clients, browsers
        (rb'filename="C:\\Users\\me\\a.wav"', r"C:\Users\me\a.wav"),  # curl
        (rb'filename="say \"hello\".wav"', 'say "hello".wav'),
        (rb'filename="say %22hello%22.wav"', 'say "hello".wav'),
        (rb'filename="\\\\server\share\a.wav"', r"\\server\share\a.wav"),
        (rb"filename=a.wav", "a.wav"),
        (b"filename*=UTF-8''gr%C3%BC%C3%9Fe.wav; filename=\"x\\y\"", r"x\y"),
        (b"filename*=UTF-8''gr%C3%BC%C3%9Fe.wav", "grüße.wav"),
        ('filename="grüße.wav"'.encode(), "grüße.wav"),
        (b'filename=""', ""),
    ],
)
def test_a_backslash_stays_where_it_escapes_nothing(app, sent, kept):
    body = FIELD + part(b'name="file"; ' + sent) + END
    with app.test_request_context(method="POST", data=body, content_type=MULTIPART):
        bodies.read()
        assert request.files["file"].filename == kept
        assert request.form["extension_number"] == "content"


NOT_UTF_8 = "The form must be in UTF-8, the names of its fields and files too."
MALFORMED = "Is not a well-formed form."


@pytest.mark.parametrize(
    ("body", "content_type", "sentence"),
    [
        (FIELD + part(b'name="file"; filename="gr\xfc\xdfe.wav"') + END, MULTIPART, NOT_UTF_8),
        (part(b'name="stra\xdfe"') + FIELD + END, MULTIPART, NOT_UTF_8),
        (b"extension_number=1000&name=\xfc", URLENCODED, NOT_UTF_8),
        (FIELD, MULTIPART, MALFORMED),
        (FIELD + END, "multipart/form-data", MALFORMED),
        (FIELD + END, "multipart/form-data; boundary=abc", MALFORMED),
        (b"--xyz\r\nContent-Type: text/plain\r\n\r\nx\r\n" + END, MULTIPART, MALFORMED),
    ],
)
def test_a_form_that_cannot_be_read_is_what_is_blamed(app, body, content_type, sentence):
    with app.test_request_context(method="POST", data=body, content_type=content_type):
        with pytest.raises(Invalid) as refused:
            _ = request.form
        assert refused.value.errors == {"body": [sentence]}
