"""Settings: what a variable may say, and what is answered to one that says something else."""

import grp
import ipaddress
import os
from typing import Any

import pytest

from portsip_api import settings
from portsip_api.setting_kinds import SmtpServer

# variable: (a text that is not the default, what it means)
GOOD: dict[str, tuple[str, Any]] = {
    "PBX_CONFIG": ("/etc/pbx.env", "/etc/pbx.env"),
    "PBX_DATA_DIR": ("elsewhere", "elsewhere"),
    "PBX_BIND": ("[::1]:9000", "[::1]:9000"),
    "PBX_WORKERS": ("8", 8),
    "PBX_THREADS": ("16", 16),
    "DATABASE_URL": ("sqlite:////srv/pbx.db", "sqlite:////srv/pbx.db"),
    "PBX_SECRET_KEY_FILE": ("/etc/pbx/secret.key", "/etc/pbx/secret.key"),
    "PBX_ADMIN_PASSWORD": ("correct horse", "correct horse"),
    "PBX_SIP_DOMAIN": ("sip.example-1.com", "sip.example-1.com"),
    "PBX_SIP_TRANSPORTS": ("TLS:5061, WSS:443", [("TLS", 5061), ("WSS", 443)]),
    "PBX_SERVER_ADDRESS": ("2001:DB8::0:1", "2001:db8::1"),
    "PBX_TIME_ZONE": ("Europe/Berlin", "Europe/Berlin"),
    "PBX_NTP_SERVER": ("time.example", "time.example"),
    "PBX_TOKEN_TTL": ("1800", 1800),
    "PBX_TOKEN_RENEWAL": ("sliding", "sliding"),
    "PBX_EXPOSE_PASSWORDS": ("false", False),
    "PBX_PASSWORD_POLICY": ("strict", "strict"),
    "PBX_LOGIN_FAILURES": ("3", 3),
    "PBX_LOGIN_FAILURES_ADDRESS": ("30", 30),
    "PBX_LOGIN_WINDOW": ("60", 60),
    "PBX_SWITCH": ("demo", "demo"),
    "PBX_SWITCH_URL": ("tcp://[::1]:8022", "tcp://[::1]:8022"),
    "PBX_SWITCH_PASSWORD_FILE": ("/etc/pbx/switch.password", "/etc/pbx/switch.password"),
    "PBX_SWITCH_SECRET_FILE": ("/etc/pbx/switch.secret", "/etc/pbx/switch.secret"),
    "PBX_TRUNK_PORT": ("5081", 5081),
    "PBX_TRUNK_TLS_PORT": ("5091", 5091),
    "PBX_TRUNK_CA_FILE": ("/etc/pbx/authorities.pem", "/etc/pbx/authorities.pem"),
    "PBX_SIP_CERTIFICATE_FILE": ("/etc/pbx/pbx.pem", "/etc/pbx/pbx.pem"),
    "PBX_SIP_KEY_FILE": ("/etc/pbx/pbx.key", "/etc/pbx/pbx.key"),
    "PBX_SWITCH_DIR": ("/srv/switch", "/srv/switch"),
    "PBX_SWITCH_NETWORKS": ("10.0.0.0/8", [ipaddress.ip_network("10.0.0.0/8")]),
    "PBX_DIGEST": ("sha256", "sha256"),
    "PBX_BASIC": ("false", False),
    "PBX_CORS_ORIGINS": (
        "https://a.example,, HTTPS://B.example:443, http://[0:0::1]:3000, http://10.0.0.1:80, app://a_b, null, *",
        ["https://a.example", "https://b.example", "http://[::1]:3000", "http://10.0.0.1", "app://a_b", "null", "*"],
    ),
    "PBX_TRUSTED_PROXIES": (
        "127.0.0.1, fd00::/8",
        [ipaddress.ip_network("127.0.0.1/32"), ipaddress.ip_network("fd00::/8")],
    ),
    "PBX_PROVISION_URL": ("https://pbx.example:8900/pbx", "https://pbx.example:8900/pbx"),
    "PBX_PROVISION_PLAIN": ("true", True),
    "PBX_MAX_BODY": ("2048", 2048),
    "PBX_MAX_IMPORT": ("4096", 4096),
    "PBX_IMPORT_ROWS": ("10", 10),
    "PBX_GREETING_FILES": ("2", 2),
    "PBX_GREETING_BYTES": ("1048576", 1_048_576),
    "PBX_MAILBOX_MESSAGES": ("5", 5),
    "PBX_MAILBOX_BYTES": ("1048576", 1_048_576),
    "PBX_MUSIC_FILES": ("2", 2),
    "PBX_MUSIC_BYTES": ("1048576", 1_048_576),
    "PBX_SMTP_URL": ("smtps://a%40b:c%3A@mail.example", SmtpServer("mail.example", 465, True, "a@b", "c:")),
    "PBX_EVENTS": ("127.0.0.1:8885", "127.0.0.1:8885"),
    "PBX_MAIL_FROM": ("pbx@home.example", "pbx@home.example"),
    "PBX_MEDIA_GROUP": ("54321", 54_321),
    "PBX_MEDIA_BYTES": ("1048576", 1_048_576),
    "PBX_RECORDING_BYTES": ("1048576", 1_048_576),
    "PBX_RECORDING_DAYS": ("90", 90),
    "PBX_CALL_HISTORY_DAYS": ("365", 365),
    "PBX_UPLOAD_DIR": ("/srv/uploads", "/srv/uploads"),
    "PBX_FETCH_ALLOW": (
        "Media.example.com, 10.1.2.3/8, ::1",
        ["media.example.com", ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128")],
    ),
    "PBX_LOG_LEVEL": ("DEBUG", "DEBUG"),
}
BAD = {
    "PBX_TRUNK_PORT": ("0", "65536", "x"),
    "PBX_TRUNK_TLS_PORT": ("0", "65536", "x"),
    "PBX_BIND": ["8899", "host:", "host:port"],
    "PBX_WORKERS": ["0", "65", "two", ""],
    "PBX_THREADS": ["0", "1e3"],
    "DATABASE_URL": ["postgresql://pbx:hunter22@db/pbx", "sqlite:pbx.db"],
    "PBX_ADMIN_PASSWORD": ["hunter22" * 17],
    "PBX_SIP_DOMAIN": ["Example.COM", "a..b", "example.com\n", ""],
    "PBX_SIP_TRANSPORTS": ["SCTP:5060", "UDP-5060", ""],
    "PBX_SERVER_ADDRESS": ["pbx.example", "10.0.0.0/8", "10.0.0.256", ""],
    "PBX_TIME_ZONE": ["Mars/Base", "", "../../etc/passwd"],
    "PBX_NTP_SERVER": ["time.example time2.example", "-x", "a;reboot", "http://time.example/"],
    "PBX_TOKEN_TTL": ["0", "86401", "30s", "1.5"],
    "PBX_TOKEN_RENEWAL": ["Sliding", ""],
    "PBX_EXPOSE_PASSWORDS": ["perhaps", ""],
    "PBX_PASSWORD_POLICY": ["none"],
    "PBX_LOGIN_FAILURES": ["0"],
    "PBX_LOGIN_FAILURES_ADDRESS": ["-1"],
    "PBX_LOGIN_WINDOW": ["0"],
    "PBX_SWITCH": ["", "true", "Demo"],
    "PBX_SWITCH_URL": ["", "127.0.0.1:8021", "http://127.0.0.1:8021", "tcp://127.0.0.1", "tcp://a b:1"],
    "PBX_SWITCH_NETWORKS": ["engine.example", "10.0.0.0/33"],
    "PBX_DIGEST": ["sha-256", "", "true", "md5,sha256"],
    "PBX_BASIC": ["perhaps", ""],
    "PBX_CORS_ORIGINS": [
        "https://*.crm.example",
        r"https://crm\.example",
        "https://crm.example|https://b.example",
        "https://crm.example/",
        "https://crm.example/path",
        "b.example",
        "http://",
        "https://crm..example",
        "https://crm.example:65536",
        "https://crm.example:",
        "https://me@crm.example",
        "https://crm.example?x",
        "https://[crm.example]",
        "https://[::1",
        "https://[fe80::1%eth0]",
        "https://b\u00fccher.example",
        ".*",
        "**",
    ],
    "PBX_TRUSTED_PROXIES": ["proxy.example", "10.0.0.0/33"],
    "PBX_PROVISION_URL": ["pbx.example", "ftp://pbx.example", "https:///x", "https://pbx.example/?x", "https://a b/"],
    "PBX_PROVISION_PLAIN": ["perhaps", ""],
    "PBX_MAX_BODY": ["1023", "1 MiB"],
    "PBX_MAX_IMPORT": ["0"],
    "PBX_IMPORT_ROWS": ["0", "1000001"],
    "PBX_GREETING_FILES": ["0", "1001"],
    "PBX_GREETING_BYTES": ["1023", "100 MiB"],
    "PBX_MAILBOX_MESSAGES": ["0", "100001"],
    "PBX_MUSIC_FILES": ["0", "many"],
    "PBX_MUSIC_BYTES": ["0", "-1"],
    "PBX_MAILBOX_BYTES": ["1023", "100 MiB"],
    "PBX_SMTP_URL": [
        "mail.test",
        "http://mail.example",
        "smtp://",
        "smtp://u@mail.example",
        "smtp://:p@mail.example",
        "smtp://u:p%FF@mail.example",
        "smtp://u:p%C3%BC@mail.example",
        "smtp://mail.example:0x19",
        "smtp://mail.example:65536",
        "smtp://mail.example/x",
        "smtp://mail.example?x",
        "smtp://a b",
        "smtp://[::1",
        "smtp://-x",
    ],
    "PBX_EVENTS": ["8885", "x:", ":1", "a:65536", "a:99999", "a:b"],
    "PBX_MAIL_FROM": ["x", "a b@c", "a@b\nc", "A <a@b.c>"],
    "PBX_MEDIA_GROUP": ["no-such-group", "-1", "4294967295"],
    "PBX_MEDIA_BYTES": ["1023", "2 GiB", "0"],
    "PBX_RECORDING_BYTES": ["1023", "10 GiB", "0"],
    "PBX_RECORDING_DAYS": ["-1", "36501", "a year"],
    "PBX_CALL_HISTORY_DAYS": ["-1", "36501", "a year"],
    "PBX_FETCH_ALLOW": ["http://media.example/", "10.0.0.0/33", "127.0.0.256", "a b", "media.example:80"],
    "PBX_LOG_LEVEL": ["TRACE"],
}
# Any text is good for these, an empty one too.
FREE = {
    *("PBX_CONFIG", "PBX_DATA_DIR", "PBX_SECRET_KEY_FILE", "PBX_UPLOAD_DIR"),
    *("PBX_SWITCH_PASSWORD_FILE", "PBX_SWITCH_SECRET_FILE", "PBX_SWITCH_DIR"),
    *("PBX_TRUNK_CA_FILE", "PBX_SIP_CERTIFICATE_FILE", "PBX_SIP_KEY_FILE"),
}


def _attribute(variable: str) -> str:
    return variable.removeprefix("PBX_").lower()


def _problems(**environment: str) -> settings.ConfigurationError:
    with pytest.raises(settings.ConfigurationError) as caught:
        settings.load(environment)
    return caught.value


@pytest.mark.parametrize("variable", [item.variable for item in settings.describe()])
def test_each_variable_is_read(variable: str) -> None:
    text, meaning = GOOD[variable]
    assert getattr(settings.load({variable: text}), _attribute(variable)) == meaning
    assert getattr(settings.load({}), _attribute(variable)) != meaning


def test_each_variable_has_a_text_that_is_refused_or_takes_any() -> None:
    assert {item.variable for item in settings.describe()} == set(BAD) | FREE


@pytest.mark.parametrize(("variable", "text"), [(variable, text) for variable, texts in BAD.items() for text in texts])
def test_a_bad_value_is_refused_without_being_repeated(variable: str, text: str) -> None:
    error = _problems(**{variable: text})
    assert list(error.problems) == [variable]
    assert variable in str(error)
    assert len(text) < 3 or text not in str(error)


def test_a_setting_is_what_its_default_text_means() -> None:
    for item in settings.describe():
        given = settings.load({item.variable: item.default})
        assert given == settings.load({}), item.variable


def test_a_group_has_a_name_or_a_number() -> None:
    group = grp.getgrgid(os.getegid())
    assert settings.load({"PBX_MEDIA_GROUP": group.gr_name}).media_group == group.gr_gid
    assert settings.load({"PBX_MEDIA_GROUP": str(group.gr_gid)}).media_group == group.gr_gid


def test_all_problems_are_named_at_once() -> None:
    error = _problems(PBX_WORKERS="0", PBX_TIME_ZONE="Mars", PBX_TOKEN_TTL="x")
    assert set(error.problems) == {"PBX_WORKERS", "PBX_TIME_ZONE", "PBX_TOKEN_TTL"}


def test_a_misspelt_variable_is_refused() -> None:
    error = _problems(PBX_TOKEN_TLL="hunter22")
    assert error.problems == {"PBX_TOKEN_TLL": ["There is no such setting."]}


def test_variables_of_others_are_left_alone() -> None:
    assert settings.load({"HOME": "/root", "PORT": "80", "XPBX_WORKERS": "x"}) == settings.load({})


def test_a_store_that_is_not_sqlite_is_refused_with_a_sentence() -> None:
    assert "SQLite is the only store" in str(_problems(DATABASE_URL="mysql://db"))


def test_paths_follow_the_data_folder_until_they_are_set() -> None:
    moved = settings.load({"PBX_DATA_DIR": "/srv/pbx"})
    assert str(moved.database_path) == "/srv/pbx/pbx.sqlite3"
    assert str(moved.secret_key_path) == "/srv/pbx/secret.key"
    apart = settings.load({"DATABASE_URL": "sqlite:////fast/pbx.db", "PBX_SECRET_KEY_FILE": "/safe/key"})
    assert (str(apart.database_path), str(apart.secret_key_path)) == ("/fast/pbx.db", "/safe/key")


def test_a_relative_path_lies_in_the_programs_folder() -> None:
    relative = settings.load({"PBX_DATA_DIR": "data", "DATABASE_URL": "sqlite:///other/pbx.db"})
    assert relative.data_path == settings.ROOT / "data"
    assert relative.database_path == settings.ROOT / "other" / "pbx.db"


def test_a_mail_servers_password_is_shown_nowhere() -> None:
    loaded = settings.load({"PBX_SMTP_URL": "smtp://user:hidden-one@mail.example"})
    assert loaded.smtp_url == SmtpServer("mail.example", 25, False, "user", "hidden-one")
    assert "hidden-one" not in repr(loaded)


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("localhost", True), ("127.0.0.2", True), ("[::1]", True), ("10.0.0.1", False), ("mail", False)],
)
def test_a_mail_server_on_this_machine_is_known(host: str, is_local: bool) -> None:
    server = settings.load({"PBX_SMTP_URL": f"smtp://{host}:2525"}).smtp_url
    assert server is not None
    assert (server.is_local, server.port) == (is_local, 2525)
