"""Targets that are parsers and rules: files of extensions, phonebooks and sounds, and values of settings."""

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path

from fuzz.stage import Finding, Stage
from portsip_api.pbx.access.tenants import DEFAULT_TENANT_ID
from portsip_api.pbx.errors import Invalid, TooLarge, Unsupported
from portsip_api.pbx.import_export import file_reading, importing
from portsip_api.pbx.import_export.columns import COLUMNS
from portsip_api.pbx.media import audio, mp3
from portsip_api.pbx.phonebooks import entry_cards
from portsip_api.pbx.phonebooks import reading as phonebook_reading
from portsip_api.pbx.settings import definitions as setting_definitions
from portsip_api.pbx.settings import rules as setting_rules
from portsip_api.pbx.settings.definitions import Setting
from tests import audio as samples

_One = Callable[[bytes], None]
_MODELS = Path(setting_definitions.__file__).parent / "data" / "settings"
_LONGEST_SEED = 16_384
_HEADER = "extension_number,password,web_access_password"

PHONEBOOK_WORDS = (
    *(
        "First name",
        "Last name",
        "Number",
        "Phone 1 - Value",
        "Mobile Phone",
        ",",
        ";",
        '"',
        '\\"',
        "\r\n",
        "\ufeff",
        "sep=;",
    ),
    *("BEGIN:VCARD", "END:VCARD", "N:", "FN:", "TEL;", "QUOTED-PRINTABLE", "tel:", "=\n", "\n "),
)
SOUND_WORDS = ("RIFF", "WAVE", "fmt ", "data", "LIST", "\xfe\xff", "ID3", "\xff\xfb\x90\x64")
SETTING_WORDS = ("true", "false", "|", ",", "0.0.0.0/0", "::1", "10.0.0.0/8", "-1", "1e9", "\u202e")


def csv_import(folder: Path) -> _One:
    """Read a file of extensions as CSV or JSON and import it, half of the time over extensions that are there."""
    stage = Stage(folder)
    first = file_reading.read_csv(io.BytesIO(_extensions(1000, 3)))
    importing.apply(importing.prepare(DEFAULT_TENANT_ID, first, upsert=False))
    stage.keep()

    def one(data: bytes) -> None:
        stage.count()
        mode, content = data[:1], data[1:]
        flags = mode[0] if mode else 0
        try:
            format_ = file_reading.guess_format(content[:4096]) or file_reading.CSV
            reading = file_reading.read(io.BytesIO(content), format_)
            plan = importing.prepare(DEFAULT_TENANT_ID, reading, upsert=bool(flags & 1))
            importing.apply(plan, partial=bool(flags & 2), dry_run=bool(flags & 4))
        except Invalid:
            return

    return one


def csv_seeds() -> Iterator[bytes]:
    """Files with few and with all columns, good and bad."""
    every = ",".join(column.name for column in COLUMNS)
    examples = [
        _extensions(1000, 2),
        _extensions(2000, 2).replace(b",", b";"),
        b"\xef\xbb\xbf" + _extensions(2000, 1),
        b"sep=;\r\n# made by hand\r\nExtension Number;First name;Mail\r\n 2000 ;J\xf6rg;a@b.example\r\n;;\r\n",
        _extensions(2000, 1).decode().replace(",", "\t").encode("utf-16"),
        b'extension_number,mobile_phone,first_name\r\n4.9E+11,"=""0049""",\'=1+1\r\n',
        f"{every}\r\n2000,secret-1,secret-2{',' * (len(COLUMNS) - 3)}\r\n".encode(),
        b'extension_number,first_name\n1000,"A\nB"\n1001,"unclosed\n',
        b"extension_number,office_hours.monday_from,belong_groups\r\n1000,09:00,DEFAULT|9\r\n",
        b'[{"extension_number": "2000", "password": "secret-1", "web_access_password": "secret-2"}]',
        b'{"extensions": [{"extension_number": "1000", "profile": {"first_name": "Ada"}}, 7]}',
    ]
    return (bytes([flags]) + example for example in examples for flags in (0, 3))


def csv_words() -> tuple[str, ...]:
    """The columns, and what separates."""
    return (*(column.name for column in COLUMNS), ",", ";", '"', "\r\n", "\ufeff", "true", "09:00", "|")


def _extensions(first: int, count: int) -> bytes:
    rows = [f"{number},secret-{number},web-{number}" for number in range(first, first + count)]
    return "\r\n".join([_HEADER, *rows, ""]).encode()


def phonebook(_: Path) -> _One:
    """Read a phonebook."""
    return lambda data: _refusable(phonebook_reading.read, data, Invalid, TooLarge)


def phonebook_seeds() -> Iterable[bytes]:
    """With a header and without, of both separators."""
    return (
        b"Ada,Lovelace,2001\r\nBob,,2002\r\n",
        b'"First name","Last name","Number"\r\n"Ada","Lovelace","2001"\r\n',
        b"Number;Last name;First name;Mail\n2001;Lovelace;Ada;a@b.example\n\n;;\n",
        "\ufeffFirst-Name,LASTNAME,number\nÄnn,Ø,+49 30\n".encode(),
        b'a,"b\n,c\n',
        b'"First name","Last name","Number"\n"O\\"Neil\\\\","=1+1","1"\n',
        b"First Name,Last Name,Organization Name,Phone 1 - Label,Phone 1 - Value\nA,B,C,Mobile,1 ::: 2\n",
        "Vorname;Nachname;Fax geschäftlich;Telefon geschäftlich\r\nJörg;Groß;9;030 1\r\n".encode("cp1252"),
        b"BEGIN:VCARD\r\nN;ENCODING=QUOTED-PRINTABLE:Gro=DF;J=F6=\r\nrg\r\nTEL;CELL:1\r\nORG:a\\;b;c\r\nEND:VCARD\r\n",
        b"BEGIN:VCARD\nFN:A B\n C\nitem1.TEL;VALUE=uri:tel:+1;ext=2\nAGENT:\nBEGIN:VCARD\nEND:VCARD\nEND:VCARD\n",
    )


def card(_: Path) -> _One:
    """Read a vCard as an entry of a phonebook."""
    return lambda data: _refusable(lambda given: entry_cards.read(given.decode(errors="replace")), data, Invalid)


def card_seeds() -> Iterable[bytes]:
    """With all that is read, of two versions."""
    return (
        (
            b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:a\\;b;c\r\nORG:d;e\r\nADR;TYPE=HOME:;;f;g;h;i;j\r\nEMAIL;TYPE=HOME:k@l\r\n"
            b"IMPP;TYPE=PERSONAL:xmpp:m\r\nTEL;TYPE=FAX:1\r\nAGENT:BEGIN:VCARD\\nFN:n\\nEND:VCARD\r\nEND:VCARD\r\n"
        ),
        b"BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:=F6=\n;x\nTEL;CELL:2\nAGENT:\nBEGIN:VCARD\nFN:o\nEND:VCARD\nEND:VCARD\n",
    )


def sound(_: Path) -> _One:
    """Take a file as a greeting; what is stored of it must play."""

    def one(data: bytes) -> None:
        _refusable(mp3.require, data, Unsupported)
        try:
            made = audio.convert(data)
        except (Invalid, Unsupported, TooLarge):
            return
        try:
            samples.check_plays(made.content)
        except AssertionError as error:
            raise Finding("A greeting that does not play was stored.") from error

    return one


def sound_seeds() -> Iterator[bytes]:
    """The tests' good and hostile files, as far as they are short."""
    kinds = product((8_000, 44_100), (1, 2), (1, 2, 3, 4))
    good = [samples.wav(0.02, rate, channels, width) for rate, channels, width in kinds]
    law = [
        samples.riff(samples.fmt(tag, bits=8), samples.chunk(b"data", bytes(range(256))))
        for tag in (samples.ALAW, samples.MULAW)
    ]
    wide = samples.riff(samples.extensible(16, 16), samples.chunk(b"data", bytes(640)))
    hostile = [content for content, _ in samples.HOSTILE.values() if len(content) <= _LONGEST_SEED]
    yield from (*good, *law, wide, samples.floats(0.5, -1.0, 7.0), *samples.MACHINE_MADE.values(), *hostile)


def setting_values(_: Path) -> _One:
    """Check a text against a setting of some model; what is kept of it must be taken again, unchanged."""
    settings = _settings()

    def one(data: bytes) -> None:
        setting = settings[int.from_bytes(data[:2], "big") % len(settings)]
        text = data[2:].decode(errors="replace")
        try:
            kept = setting_rules.checked(setting, text)
        except Invalid:
            return
        try:
            again = setting_rules.checked(setting, kept)
        except Invalid as error:
            raise Finding(f"{setting.path}: what was kept of a value is refused") from error
        if again != kept:
            raise Finding(f"{setting.path}: what was kept of a value is changed again")

    return one


def setting_seeds() -> Iterator[bytes]:
    """The default and an option of every seventh setting, and texts that fit many."""
    texts = ("", "1", "true", "10.0.0.1", "10.0.0.0/8, ::1/128", "host.example", "a\nb", "-0.5")
    for place, setting in enumerate(_settings()):
        if place % 7 == 0:
            for text in {setting.default or "", *list(setting.options or ())[:1], texts[place // 7 % len(texts)]}:
                yield place.to_bytes(2, "big") + text.encode()


def _settings() -> list[Setting]:
    """Return one setting of every shape, in a fixed order: most of the thousands differ in their names only."""
    paths = [path.relative_to(_MODELS).with_suffix("").as_posix() for path in _MODELS.rglob("*.json")]
    keys = [path.replace("/", ":", 1) for path in paths]
    found = {
        (setting.type, str(setting.constraints), str(setting.options), setting.default): setting
        for key in sorted(keys)
        for setting in setting_definitions.definitions(key).visible()
    }
    return list(found.values())


def _refusable(work: Callable[[bytes], object], data: bytes, *refusals: type[Exception]) -> None:
    try:
        work(data)
    except refusals:
        return
