"""What the server can be told: each setting, a `PBX_*` variable (or `DATABASE_URL`), its type, default and meaning."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from marshmallow import fields as kinds
from marshmallow import validate

from portsip_api.setting_kinds import (
    DOMAIN,
    Address,
    Group,
    Hosts,
    IPNetwork,
    Networks,
    Origins,
    SmtpServer,
    SmtpUrl,
    Transports,
    check_zone,
    matching,
    one_of,
    whole,
)

_PACKAGE = Path(__file__).resolve().parent
IN_WORKING_TREE = (_PACKAGE.parent / "pyproject.toml").is_file()
# What stands at the top of a working tree and is needed at run time: pyproject.toml puts it into the wheel.
ROOT = _PACKAGE.parent if IN_WORKING_TREE else _PACKAGE / "shipped"


def _setting(kind: kinds.Field[Any], default: str, meaning: str, *, variable: str = "") -> Any:
    """Declare a setting; `default` is the text that the variable would have."""
    return field(default_factory=lambda: kind.deserialize(default), metadata={
        "kind": kind, "default": default, "meaning": meaning, "variable": variable,
    })  # fmt: skip


NO_SWITCH = "none"
_PORT = r"(?:[1-5]?[0-9]{1,4}|6(?:[0-4][0-9]{3}|5(?:[0-4][0-9]{2}|5(?:[0-2][0-9]|3[0-5]))))"


@dataclass(frozen=True)
class Settings:
    """The settings in force."""

    config: str = _setting(
        kinds.String(), "",
        "File with more of these settings, `NAME=value` on a line of its own; the environment beats it. Empty: "
        "`/etc/portsip-api.env` where the program is installed, none in a working tree",
    )  # fmt: skip
    data_dir: str = _setting(
        kinds.String(), "db",
        "Folder of all that lasts; this and other paths may be relative in a working tree, to its folder. Where the "
        "program is installed there is no default, and paths are absolute",
    )  # fmt: skip
    bind: str = _setting(
        matching(r".+:[0-9]{1,5}", "Must be an address and a port."), "127.0.0.1:8899",
        "Address and port on which gunicorn listens",
    )  # fmt: skip
    workers: int = _setting(
        whole(1, 64), "2", "Worker processes of gunicorn; as many as processors, or a multiple, is fastest"
    )
    threads: int = _setting(whole(1, 64), "4", "Threads of each worker")
    database_url: str = _setting(
        matching(r"|sqlite:///.+", "Must be sqlite:/// and a path: SQLite is the only store so far."), "",
        "The database as `sqlite:///path`; empty: `pbx.sqlite3` in the data folder", variable="DATABASE_URL",
    )  # fmt: skip
    switch: str = _setting(
        one_of(NO_SWITCH, "demo", "freeswitch"), NO_SWITCH,
        "The SIP engine: none, FreeSWITCH 1.10 (`freeswitch`), or that of `pbx demo`, which makes believe that phones "
        "come, call and go",
    )  # fmt: skip
    switch_url: str = _setting(
        matching(r"tcp://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}", "Must be tcp://, a host and a port."),
        "tcp://127.0.0.1:8021",
        "Where the SIP engine takes commands: FreeSWITCH's event socket. Whoever reaches it with its password may do "
        "everything, so let it listen on this machine or on a network of its own",
    )  # fmt: skip
    switch_password_file: str = _setting(
        kinds.String(), "",
        "File with the password of that event socket; empty: `switch.password` in the data folder, which "
        "`pbx switch config` makes",
    )  # fmt: skip
    switch_secret_file: str = _setting(
        kinds.String(), "",
        "File with the secret that the SIP engine asks this server with, under `/engine`; empty: `switch.secret` in "
        "the data folder, which `pbx switch config` makes",
    )  # fmt: skip
    switch_networks: list[IPNetwork] = _setting(
        Networks(), "127.0.0.1,::1", "Addresses or networks that the SIP engine may ask this server from"
    )
    switch_dir: str = _setting(
        kinds.String(), "",
        "Folder in which the SIP engine leaves what it records and finds what it plays; both write there, by "
        "`PBX_MEDIA_GROUP` where they are different users; empty: `switch` in the data folder",
    )  # fmt: skip
    trunk_port: int = _setting(
        whole(1, 65_535), "5080",
        "Port of SIP, on the address of this server, over which calls go out to gateways and come in from them; phones "
        "have those of `PBX_SIP_TRANSPORTS`",
    )  # fmt: skip
    trunk_tls_port: int = _setting(
        whole(1, 65_535), "5081",
        "Port of SIP over TLS, on the address of this server, for gateways that are reached over TLS; it is open where "
        "there is a certificate",
    )  # fmt: skip
    trunk_ca_file: str = _setting(
        kinds.String(), "",
        "File (PEM) with the certificates of authorities that gateways over TLS are believed by, or with those of the "
        "gateways themselves where they have signed their own; empty: the authorities that this machine knows",
    )  # fmt: skip
    sip_certificate_file: str = _setting(
        kinds.String(), "",
        "File (PEM) with the certificate, and its chain, that the SIP engine shows phones, browsers and gateways over "
        "TLS and WSS; empty: none of these is served",
    )  # fmt: skip
    sip_key_file: str = _setting(kinds.String(), "", "File (PEM) with the key of that certificate, without a password")
    secret_key_file: str = _setting(
        kinds.String(), "",
        "File of the keys that encrypt stored secrets, made at the first start with mode 0600; empty: `secret.key` in "
        "the data folder. Keep it elsewhere, and out of the database's backups",
    )  # fmt: skip
    admin_password: str = _setting(
        kinds.String(validate=validate.Length(max=128)), "",
        "Password of the first administrator (`admin`) when the first start makes it; empty: one is generated and "
        "printed once",
    )  # fmt: skip
    sip_domain: str = _setting(
        matching(DOMAIN, "Must be a domain name in lower case."), "pbx.local",
        "SIP domain that the default tenant gets at the first start",
    )  # fmt: skip
    sip_transports: list[tuple[str, int]] = _setting(
        Transports(),
        "UDP:5060,TCP:5060",
        "SIP transports that a softphone is told at its log-in; FreeSWITCH serves UDP and TCP at the first port of "
        "either, and TLS and WSS with `PBX_SIP_CERTIFICATE_FILE` only",
    )
    server_address: str = _setting(
        Address(), "127.0.0.1", "IP address of this server as phones see it; DNS records and profiles name it"
    )
    time_zone: str = _setting(
        kinds.String(validate=check_zone),
        "UTC",
        "IANA time zone of tenants that name none",
    )
    ntp_server: str = _setting(
        matching(r"|[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?", "Must be a host name or an address."),
        "pool.ntp.org",
        "Time server that phones are told; empty: none, so that they ask the one that DHCP names, or their own",
    )
    token_ttl: int = _setting(whole(1, 86_400), "30", "Life of an access token in seconds")
    token_renewal: str = _setting(
        one_of("absolute", "sliding"), "absolute",
        "`absolute`: a token lives from its issue or refresh; `sliding`: every successful call restarts its life",
    )  # fmt: skip
    expose_passwords: bool = _setting(
        kinds.Boolean(), "true",
        "Whether administrators and tenants are shown the passwords and PINs of extensions, as PortSIP documents",
    )  # fmt: skip
    password_policy: str = _setting(
        one_of("lenient", "strict"), "lenient",
        "`strict`: new passwords have at least 8 characters and are not the extension number",
    )  # fmt: skip
    login_failures: int = _setting(
        whole(1, 100_000),
        "10",
        "Failed log-ins of one account from one address before more are answered 429; an address of IPv6 is a /64, and "
        "a /56 has four times this, a /48 sixteen times",
    )
    login_failures_address: int = _setting(
        whole(1, 100_000),
        "100",
        "Failed log-ins from one address, whatever the account, before more are answered 429; of IPv6 likewise",
    )
    login_window: int = _setting(whole(1, 86_400), "300", "Seconds after which failed log-ins are forgotten")
    digest: str = _setting(
        one_of("md5+sha256", "sha256", "off"), "md5+sha256",
        "Log-ins by HTTP Digest to sipXcom's API: which algorithms are taken, or none",
    )  # fmt: skip
    basic: bool = _setting(
        kinds.Boolean(), "true", "Whether log-ins by HTTP Basic, which send the password, are taken by sipXcom's API"
    )
    cors_origins: list[str] = _setting(
        Origins(), "",
        "Origins, such as `https://crm.example`, separated by commas, whose pages may call the API from a browser; `*` "
        "for any",
    )  # fmt: skip
    trusted_proxies: list[IPNetwork] = _setting(
        Networks(), "",
        "Addresses or networks of proxies whose `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Prefix` are "
        "believed",
    )  # fmt: skip
    provision_url: str = _setting(
        matching(r"|https?://[^\s/?#@]+(/[^\s?#]*)?", "Must be an address that begins with http or https."), "",
        "Address under which phones reach this server, such as `https://pbx.example:8900`, for the URLs that they "
        "fetch their files from; empty: as the request has it",
    )  # fmt: skip
    provision_plain: bool = _setting(
        kinds.Boolean(), "false",
        "Whether phones are given their files, with the passwords in them, over HTTP without TLS",
    )  # fmt: skip
    max_body: int = _setting(whole(1024, 1 << 30), str(1 << 20), "Largest request body in bytes")
    max_import: int = _setting(whole(1024, 1 << 32), str(8 << 20), "Largest body of `extensions/import` in bytes")
    import_rows: int = _setting(
        whole(1, 1_000_000), "5000", "Most rows of `extensions/import`; `pbx import` takes any number"
    )
    greeting_files: int = _setting(whole(1, 1_000), "20", "Most greeting files of an extension")
    greeting_bytes: int = _setting(
        whole(1024, 1 << 32), str(100 << 20), "Most bytes that the greeting files of an extension take, as stored"
    )
    mailbox_messages: int = _setting(
        whole(1, 100_000), "1000", "Most messages in the mailbox of an extension, of all folders"
    )
    mailbox_bytes: int = _setting(
        whole(1024, 1 << 34), str(200 << 20), "Most bytes that the messages of an extension take, as stored"
    )
    music_files: int = _setting(whole(1, 1_000), "20", "Most files of music that a user has for calls on hold")
    music_bytes: int = _setting(
        whole(1024, 1 << 32), str(100 << 20), "Most bytes that a user's music for calls on hold takes, as stored"
    )
    smtp_url: SmtpServer | None = _setting(
        SmtpUrl(), "",
        "Mail server that tells people of new messages in their mailboxes and brings reports of calls, such as "
        "`smtps://user:password@mail.example:465`; `smtp://` is encrypted by STARTTLS where the server offers it, and "
        "always where there is a password, except on this machine; empty: no mail is sent",
    )  # fmt: skip
    mail_from: str = _setting(
        matching(r"|[^@\s<>]+@[^@\s<>]+", "Must be an e-mail address."), "",
        "Address that mail comes from; empty: `voicemail@` and the domain of the tenant",
    )  # fmt: skip
    media_group: int | None = _setting(
        Group(), "",
        "Group, by name or number, that may read the files of greetings, messages, prompts, music and recordings, such "
        "as a SIP engine's; empty: the server's user alone",
    )  # fmt: skip
    media_bytes: int = _setting(
        whole(1 << 20, 1 << 50),
        str(2 << 30),
        "Most bytes that the greetings, messages, prompts and music of a tenant take, as stored",
    )
    recording_bytes: int = _setting(
        whole(1 << 20, 1 << 50),
        str(10 << 30),
        "Most bytes that the recordings of a tenant's calls take, where its quota names none; the oldest go first",
    )
    recording_days: int = _setting(
        whole(0, 36_500), "0", "Days that recordings are kept, where a tenant's quota names none; 0: for ever"
    )
    call_history_days: int = _setting(
        whole(0, 36_500), "0", "Days that past calls are kept, where a tenant's quota names none; 0: for ever"
    )
    upload_dir: str = _setting(
        kinds.String(), "",
        "Folder of files that are taken by their names and of exports, in it a folder for each tenant, called as its "
        "id, with `greetings`, `prompts`, `import` and `export`; empty: none",
    )  # fmt: skip
    events: str = _setting(
        matching(rf"|.+:{_PORT}", "Must be an address and a port, or empty."), "",
        "Address and port, such as `127.0.0.1:8885`, on which one process tells of events over WebSocket; without TLS, "
        "so that a proxy belongs before it; empty: nowhere",
    )  # fmt: skip
    fetch_allow: list[IPNetwork | str] = _setting(
        Hosts(), "",
        "Host names, addresses or networks, separated by commas, that greetings may be fetched from, and name servers "
        "be asked at, although they are not public",
    )  # fmt: skip
    log_level: str = _setting(
        one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "Least important lines that are logged"
    )

    @cached_property
    def data_path(self) -> Path:
        """The data folder."""
        return ROOT / self.data_dir

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return (
            ROOT / self.database_url.removeprefix("sqlite:///") if self.database_url else self.data_path / "pbx.sqlite3"
        )

    @property
    def secret_key_path(self) -> Path:
        """The key file."""
        return self._path_or(self.secret_key_file, "secret.key")

    @property
    def switch_password_path(self) -> Path:
        """The file with the password of the SIP engine's event socket."""
        return self._path_or(self.switch_password_file, "switch.password")

    @cached_property
    def switch_secret_path(self) -> Path:
        """The file with the secret that the SIP engine asks with."""
        return self._path_or(self.switch_secret_file, "switch.secret")

    @cached_property
    def switch_path(self) -> Path:
        """The folder that the SIP engine and this server share."""
        return self._path_or(self.switch_dir, "switch").resolve()

    @property
    def sip_certificate_path(self) -> Path | None:
        """The file with the certificate that the SIP engine shows, if there is one."""
        return ROOT / self.sip_certificate_file if self.sip_certificate_file else None

    @property
    def sip_key_path(self) -> Path | None:
        """The file with the key of that certificate, if there is one."""
        return ROOT / self.sip_key_file if self.sip_key_file else None

    @property
    def trunk_ca_path(self) -> Path | None:
        """The file with the certificates that gateways are believed by, if one was named."""
        return ROOT / self.trunk_ca_file if self.trunk_ca_file else None

    @property
    def offered_transports(self) -> list[tuple[str, int]]:
        """The transports that phones and clients are told; FreeSWITCH has no TLS and no WSS without a certificate."""
        if self.switch != "freeswitch" or self.sip_certificate_file:
            return self.sip_transports
        return [(name, port) for name, port in self.sip_transports if name not in {"TLS", "WSS"}]

    @property
    def upload_path(self) -> Path | None:
        """The folder of uploads, if there is one."""
        return ROOT / self.upload_dir if self.upload_dir else None

    def _path_or(self, named: str, own: str) -> Path:
        return ROOT / named if named else self.data_path / own
