"""Which URLs may be asked to be fetched, by their text."""

import pytest

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.media.fetch_urls import check_url, parse

FORM = "Must be an http or https address."
TEXT = "Must be printable ASCII characters without blanks and backslashes."
HOST = "Its host must be a name, or an address as it is usually written, and its port a number."
PORT = "Its port must be 80, 443, or 1024 to 65535."
USER = "Must not hold a user name or a password."
BAD = {
    FORM: [
        "ftp://example.com/a.wav", "file:///etc/passwd", "gopher://example.com:70/_x", "data:audio/wav;base64,UklGRg==",
        "javascript:alert(1)", "jar:http://example.com!/", "//example.com/a.wav", "example.com/a.wav", "/a.wav", "?",
        "http:example.com/a", "http:/example.com/a", "http:///a.wav", "http://", "https://?x",
        "unix:///run/x.sock", "dict://example.com:2628/d", "ldap://example.com/", "http+unix://%2Frun%2Fx/",
    ],
    TEXT: [
        "", " http://example.com/", "http://example.com/ ", "http://example.com/a b", "http://example.com/\r\nHost: x",
        "http://example.com/\n", "http://exam\tple.com/", "http://example.com/\0", "http://example.com\\@127.0.0.1/",
        "http:\\\\example.com/", "http://例え.jp/", "http://127。0。0。1/", "http://①②⑦.0.0.1/", "http://example.com/ü",
        "http://example.com/\x7f", "http://example.com/\u2028", "http://loc\u00adalhost/",
    ],
    USER: [
        "http://user@example.com/", "http://user:word@example.com/", "http://@example.com/", "http://:@example.com/",
        "http://example.com@127.0.0.1/", "http://a:b@c:d@example.com/", "https://example.com%40x@127.0.0.1/",
    ],
    HOST: [
        "http://[::1/a", "http://:80/", "http://example.com:http/", "http://example.com:-80/", "http://example.com:80:80/",
        "http://example.com:123456/", "http://[::1%25eth0]/", "http://[::1]evil.example/", "http://[v1.a]/",
        "http://a[::1]/", "http://exa%6dple.com/", "http://example.com,evil/", "http://::1/", "http://[::1]:x/",
        "http://127.0.0.1%2fx", "http://$HOST/", "http://a;b/", "http://*.example.com/",
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/",
        "http://127.0.1/", "http://017700000001/", "http://127.0.0.1./", "http://0/", "http://0x/", "http://1.2.3.4.5/",
        "http://256.0.0.1/", "http://0X7F.0.0.1/", "http://127.0.0.0x1/", "http://00.0.0.0/", "http://4294967295/",
        "http://a.1/", "http://a..b/", "http://.a/", "http://./", "http://example.com./", "http://[127.0.0.1]/",
        "http://[1::2::3]/", "http://[:]/", f"http://{'a' * 64}.example/", f"http://{'a.' * 130}b/",
    ],
    PORT: [
        "http://example.com:0/", "http://example.com:22/", "http://example.com:25/", "http://example.com:1023/",
        "http://example.com:65536/", "http://example.com:99999/", "https://example.com:445/",
    ],
    "Must be at most 2048 characters.": ["http://example.com/" + "a" * 2030],
}  # fmt: skip
GOOD = {
    "http://example.com": ("http", "example.com", 80, "/", "example.com"),
    "HTTPS://Example.COM/A.wav?t=1#x": ("https", "example.com", 443, "/A.wav?t=1", "example.com"),
    "http://example.com:/a": ("http", "example.com", 80, "/a", "example.com"),
    "http://example.com:443/": ("http", "example.com", 443, "/", "example.com:443"),
    "https://media_1.a-b.example:8443/x": ("https", "media_1.a-b.example", 8443, "/x", "media_1.a-b.example:8443"),
    "http://8.8.8.8:65535?q": ("http", "8.8.8.8", 65535, "/?q", "8.8.8.8:65535"),
    "http://[2606:4700:0::1111]:8080/": ("http", "2606:4700::1111", 8080, "/", "[2606:4700::1111]:8080"),
    "http://intranet/%0d%0aX:1": ("http", "intranet", 80, "/%0d%0aX:1", "intranet"),
    "http://127.0.0.1.nip.example/": ("http", "127.0.0.1.nip.example", 80, "/", "127.0.0.1.nip.example"),
    "http://example.com//@a:b": ("http", "example.com", 80, "//@a:b", "example.com"),
}


@pytest.mark.parametrize(("url", "sentence"), [(url, sentence) for sentence, urls in BAD.items() for url in urls])
def test_a_url_of_another_form_is_refused_without_being_repeated(url: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_url(url)
    assert caught.value.errors == {"url": [sentence]}


@pytest.mark.parametrize("url", GOOD)
def test_a_url_is_read_into_its_parts(url: str) -> None:
    parts = parse(url)
    assert (parts.scheme, parts.host, parts.port, parts.target, parts.host_header) == GOOD[url]


def test_a_url_of_the_greatest_length_is_taken() -> None:
    check_url("http://example.com/" + "a" * 2029)
