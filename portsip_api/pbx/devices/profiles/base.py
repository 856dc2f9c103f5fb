"""What the files of all phones have in common: what goes in, how text is made harmless, how a template is filled."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

Settings = Mapping[str, str | None]
Parameters = dict[str, str]

# Breaks of a line, other control characters and what neither XML nor UTF-8 can carry: a value that kept one could
# begin a line of its own in a text file, or make an XML file unreadable.
_HARMFUL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_HOST_PORT: Final = re.compile(r"(\[[^\]]*\]|[^:]*):(\d{1,5})")
_XML_NAME: Final = re.compile(r"[A-Za-z_][\w.\-]*", re.ASCII)


@dataclass(frozen=True)
class ProfileLine:
    """One registration of a phone. `settings` maps setting paths to effective values (None: no value).

    `transport` is UDP, TCP or TLS, empty when nobody has told; `external` lines are those of other SIP servers;
    `chosen` are the paths of the settings that somebody has set.
    """

    user_name: str
    auth_name: str
    password: str = field(repr=False)
    display_name: str
    server: str
    port: int | None
    outbound_proxy: str
    voicemail: str
    settings: Settings = field(repr=False)
    transport: str = ""
    external: bool = False
    chosen: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Provisioning:
    """Where a phone fetches its files from now on: the URL of its folder, with a slash at the end, and a log-in there
    that it uses where it is sent to the folder of all phones.
    """

    url: str = field(repr=False)
    user: str
    password: str = field(repr=False)

    @property
    def bare_url(self) -> str:
        """The URL without its scheme and the slash, for phones that are told these apart."""
        return self.url.partition("://")[2].rstrip("/")

    @property
    def is_tls(self) -> bool:
        """Whether it begins with https."""
        return self.url.lower().startswith("https:")


@dataclass(frozen=True)
class ProfileInput:
    """All that a phone's files are made from.

    `device` is the model's `family`, `version` the firmware that the settings were chosen by; `lines` are in the order
    of the phone's accounts; `settings` maps setting paths to effective values, hidden ones included (None: no value);
    `location` is the emergency location's text or ELIN; `chosen` are the paths of the settings that somebody has set.
    Without `provisioning` the phone keeps what it has of that.
    """

    serial: str
    model_id: str
    model_label: str
    vendor: str | None
    device: str
    version: str | None
    max_lines: int
    description: str
    domain: str
    lines: Sequence[ProfileLine]
    settings: Settings = field(repr=False)
    location: str | None
    chosen: frozenset[str] = frozenset()
    provisioning: Provisioning | None = None

    @property
    def used_lines(self) -> Sequence[ProfileLine]:
        """The lines that the model has room for."""
        return self.lines[: self.max_lines]

    @property
    def unused_accounts(self) -> range:
        """The numbers of the model's accounts that have no line."""
        return range(len(self.used_lines) + 1, self.max_lines + 1)


@dataclass(frozen=True)
class Profile:
    """A configuration file as it goes to the phone."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


class Contact(NamedTuple):
    """An entry of a phone's directory; with a `place`, which counts from 1, also a speed dial."""

    first_name: str
    last_name: str
    number: str
    place: int = 0
    is_watched: bool = False


def clean(value: object) -> object:
    """Return `value` with a blank for each character that may not stand in a configuration file."""
    return _HARMFUL.sub(" ", value) if isinstance(value, str) else value


def comment(text: str) -> str:
    """Return `text` so that it does not end the XML comment it stands in."""
    return re.sub("-(?=-)", "- ", text)


# `clean` is applied to every value by the environment, so that no template can forget it.
_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("portsip_api.pbx.devices.profiles", "templates"),
    autoescape=select_autoescape(enabled_extensions=("xml.j2",), disabled_extensions=("cfg.j2",), default=True),
    undefined=StrictUndefined,
    finalize=clean,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    auto_reload=False,
)
_ENVIRONMENT.filters["comment"] = comment


def fill(template: str, given: ProfileInput, **values: object) -> str:
    """Return the text of `template`, which sees the phone as `phone` beside `values`."""
    return _ENVIRONMENT.get_template(template).render(phone=given, **values)


def with_own_values(settings: Settings, own: Mapping[str, str], placeholders: Settings) -> dict[str, str | None]:
    """Return `settings` with the values of `own` where no other is set.

    `placeholders` gives, by path, the value that means "not set" beside None and the empty text: a port's 0.
    """
    merged = dict(settings)
    for path, value in own.items():
        if value and merged.get(path) in {None, "", placeholders.get(path)}:
            merged[path] = value
    return merged


def host_and_port(address: str, port: int | None = None) -> tuple[str, str]:
    """Return `host:port` apart, or `address` with `port`; the port is empty when there is none."""
    found = _HOST_PORT.fullmatch(address)
    if found:
        return found[1], found[2]
    return address, "" if port is None else str(port)


def address(host: str, port: int | None) -> str:
    """Return `host:port`, for formats that have one field for both."""
    return host if port is None or not host else f"{host}:{port}"


def xml_names(parameters: Mapping[str, str]) -> Parameters:
    """Return the parameters whose name can be that of an XML element or attribute."""
    return {name: value for name, value in parameters.items() if _XML_NAME.fullmatch(name)}
