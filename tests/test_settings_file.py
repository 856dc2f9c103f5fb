"""The settings file: what its lines mean, which file it is, and what is beaten by what."""

from pathlib import Path

import pytest

from portsip_api import settings, settings_file

# A line, and the value that systemd reads in it.
MEANT = {
    "PBX_SIP_DOMAIN=pbx.example": "pbx.example",
    "  PBX_SIP_DOMAIN = pbx.example \t": "pbx.example",
    "PBX_SIP_DOMAIN=pbx.example\r": "pbx.example",
    "PBX_SIP_DOMAIN=": "",
    "PBX_SIP_DOMAIN=''": "",
    'PBX_SIP_DOMAIN=""': "",
    "PBX_SIP_DOMAIN=a b #c": "a b #c",
    "PBX_SIP_DOMAIN=$HOME=`id`": "$HOME=`id`",
    'PBX_SIP_DOMAIN=it\'s "so"': 'it\'s "so"',
    "PBX_SIP_DOMAIN='a \\ \"b\" $c'": 'a \\ "b" $c',
    "PBX_SIP_DOMAIN=' a '": " a ",
    'PBX_SIP_DOMAIN="a\'\\"b\\\\c\\$d\\`e #f"': "a'\"b\\c$d`e #f",
    "PBX_SIP_DOMAIN=ü": "ü",
}
REFUSED = [
    "hunter22",
    "PBX_SIP_DOMAIN",
    "export PBX_SIP_DOMAIN=hunter22",
    "PBX-SIP-DOMAIN=hunter22",
    "=hunter22",
    "PBX_SIP_DOMAIN=hunter22\\",
    "PBX_SIP_DOMAIN=hunter22\\x",
    "PBX_SIP_DOMAIN='hunter22",
    "PBX_SIP_DOMAIN='hunter22'x",
    "PBX_SIP_DOMAIN='hunter22' 'x'",
    'PBX_SIP_DOMAIN="hunter22',
    'PBX_SIP_DOMAIN="hunter22\\n"',
    "PBX_SIP_DOMAIN=hunter22\0",
    "PBX_CONFIG=/hunter22",
    "HOME=/hunter22",
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a settings file is written."""
    return tmp_path / "pbx.env"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of the file in /etc, for a program that lies in no working tree."""
    monkeypatch.setattr(settings, "IN_WORKING_TREE", False)
    monkeypatch.setattr(settings_file, "DEFAULT", tmp_path / "etc.env")
    return settings_file.DEFAULT


def problems(file: Path) -> str:
    with pytest.raises(settings.ConfigurationError) as caught:
        settings_file.read(file)
    return str(caught.value)


@pytest.mark.parametrize("line", MEANT)
def test_a_line_means_what_it_does_to_systemd(file: Path, line: str) -> None:
    file.write_bytes(f"# a comment\n; another\n\n  # PBX_BIND=x\n{line}\nPBX_WORKERS=3".encode())
    assert settings_file.read(file) == {"PBX_SIP_DOMAIN": MEANT[line], "PBX_WORKERS": "3"}


@pytest.mark.parametrize("line", REFUSED)
def test_any_other_line_is_refused_without_being_repeated(file: Path, line: str) -> None:
    file.write_text(f"\n{line}\n")
    said = problems(file)
    assert said.startswith(f"{file}: Line 2")
    assert "hunter22" not in said


def test_all_lines_that_are_wrong_are_named(file: Path) -> None:
    file.write_text("PBX_WORKERS\nPBX_BIND=a:1\nPBX_BIND=b:2\nPATH=/bin\n")
    assert problems(file) == (
        f"{file}: Line 1 must be NAME=value, with a value that holds a backslash in quotes. "
        "Line 3 names a setting that stands above already. Line 4: There is no such setting."
    )


@pytest.mark.parametrize("value", ["/srv/pbx", "a b", "it's", 'the "x" of $y', "back\\slash", "`id`", "#", "", "ü"])
def test_what_is_quoted_is_read_again(file: Path, value: str) -> None:
    file.write_text(f"PBX_DATA_DIR={settings_file.quoted(value)}\n", encoding="utf-8")
    assert settings_file.read(file) == {"PBX_DATA_DIR": value}


def test_a_file_that_cannot_be_read_is_an_error(file: Path) -> None:
    assert problems(file) == f"{file}: The file cannot be read: No such file or directory."
    file.mkdir()
    assert problems(file) == f"{file}: The file cannot be read: Is a directory."
    file.rmdir()
    file.write_bytes(b"PBX_SIP_DOMAIN=\xff\n")
    assert problems(file) == f"{file}: The file must be text in UTF-8."


def test_the_environment_beats_the_file(file: Path) -> None:
    file.write_text("PBX_WORKERS=3\nPBX_THREADS=5\n")
    loaded = settings.load(settings_file.variables({"PBX_CONFIG": str(file), "PBX_WORKERS": "7"}))
    assert (loaded.workers, loaded.threads) == (7, 5)


def test_an_unknown_name_in_the_file_is_an_error_as_in_the_environment(file: Path) -> None:
    file.write_text("PBX_WORKER=3\n")
    with pytest.raises(settings.ConfigurationError, match=r"^PBX_WORKER: There is no such setting\.$"):
        settings.load(settings_file.variables({"PBX_CONFIG": str(file)}))


def test_a_working_tree_reads_a_named_file_only(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    file.write_text("")
    monkeypatch.setattr(settings_file, "DEFAULT", file)
    assert settings_file.path({}) is None
    assert settings_file.path({"PBX_CONFIG": ""}) is None
    assert settings_file.path({"PBX_CONFIG": "pbx.env"}) == settings.ROOT / "pbx.env"


def test_an_installed_program_reads_the_file_in_etc(installed: Path, file: Path) -> None:
    assert settings_file.path({}) is None
    installed.write_text("PBX_DATA_DIR=/srv/pbx\n")
    assert settings_file.variables({"HOME": "/"}) == {"PBX_DATA_DIR": "/srv/pbx", "HOME": "/"}
    assert settings_file.path({"PBX_CONFIG": str(file)}) == file
    installed.unlink()
    installed.mkdir()
    with pytest.raises(settings.ConfigurationError, match="cannot be read: Is a directory"):
        settings_file.variables({})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "PBX_DATA_DIR: Must be set: `pbx init --data DIR` makes a folder and a file."),
        ({"PBX_DATA_DIR": ""}, "PBX_DATA_DIR: Must be an absolute path."),
        ({"PBX_DATA_DIR": "data"}, "PBX_DATA_DIR: Must be an absolute path."),
        ({"PBX_DATA_DIR": "/d", "DATABASE_URL": "sqlite:///x"}, "DATABASE_URL: Must be an absolute path."),
        ({"PBX_DATA_DIR": "/d", "PBX_SECRET_KEY_FILE": "key"}, "PBX_SECRET_KEY_FILE: Must be an absolute path."),
        ({"PBX_CONFIG": "pbx.env"}, "PBX_CONFIG: Must be an absolute path."),
    ],
)
def test_no_path_of_an_installed_program_depends_on_a_folder(
    installed: Path, given: dict[str, str], problem: str
) -> None:
    with pytest.raises(settings.ConfigurationError) as caught:
        settings.load(settings_file.variables(given))
    assert str(caught.value) == problem


def test_absolute_paths_are_taken_as_they_are(installed: Path) -> None:
    given = {"PBX_DATA_DIR": "/d", "DATABASE_URL": "sqlite:////x/y", "PBX_SECRET_KEY_FILE": "/key"}
    loaded = settings.load(given)
    assert [str(path) for path in (loaded.data_path, loaded.database_path, loaded.secret_key_path)] == [
        "/d",
        "/x/y",
        "/key",
    ]


def test_the_unit_leaves_all_settings_to_its_file() -> None:
    """Else a command, which sees no variable of the unit, would work on another database."""
    deploy = settings.ROOT / "deploy"
    settings.load(settings_file.read(deploy / "portsip-api.env"))
    lines = (deploy / "portsip-api.service").read_text().splitlines()
    assert [line for line in lines if line.startswith(("Environment", "WorkingDirectory"))] == [
        "Environment=PYTHONDONTWRITEBYTECODE=1"
    ]
    assert "ExecStart=/opt/portsip-api/bin/pbx serve" in lines
