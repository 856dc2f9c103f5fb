"""The examples in `deploy/`: what they let into an image, and what they hold a server to."""

import re
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import pytest

from portsip_api import settings

DEPLOY = settings.ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
SERVER = (DEPLOY / "portsip-api.service").read_text(encoding="utf-8")
ENGINE = (DEPLOY / "freeswitch.service").read_text(encoding="utf-8")
ENVIRONMENT = (DEPLOY / "portsip-api.env").read_text(encoding="utf-8")
IGNORED = [
    line
    for line in (settings.ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def copied() -> set[str]:
    """What the image is made of: the sources of COPY, but for those of another stage."""
    lines = [line.split()[1:-1] for line in CONTAINERFILE.splitlines() if line.startswith("COPY ")]
    return {name for names in lines if not names[0].startswith("--from") for name in names}


def reaches_the_builder(path: str) -> bool:
    """Tell what the file of ignored names says of a path: the last line that fits it, or a folder above it, decides."""
    above = [str(part) for part in (PurePosixPath(path), *PurePosixPath(path).parents)]
    goes = True
    for line in IGNORED:
        pattern = line.removeprefix("!")
        if any(fnmatchcase(part, pattern) or fnmatchcase(f"/{part}", pattern.replace("**/", "*/")) for part in above):
            goes = line.startswith("!")
    return goes


@pytest.mark.parametrize(
    "path",
    [
        ".git/config", ".env", ".venv/bin/python", "db/secret.key", "db/pbx.sqlite3", "secret.key",
        "db/pbx.sqlite3-wal", "db/pbx-volatile.sqlite3", "db/greetings/ab/cd", "deploy/portsip-api.env",
        "portsip_api/__pycache__/settings.cpython-311.pyc", "tests/crm.py", "tls/privkey.pem",
    ],
)  # fmt: skip
def test_no_key_and_no_history_enters_the_image(path):
    assert not reaches_the_builder(path)


def test_all_that_the_image_is_made_of_does():
    assert {line[1:] for line in IGNORED if line.startswith("!")} == copied()
    for name in copied():
        assert (settings.ROOT / name).exists()
        assert reaches_the_builder(name)
    assert reaches_the_builder("db/migrations/0001_initial.sql")
    assert reaches_the_builder("portsip_api/pbx/settings/data/phone_models.json")


def test_the_example_of_the_image_has_limits():
    assert re.search(r"^# .*--memory \w+ --pids-limit \d+ --ulimit core=0", CONTAINERFILE, re.MULTILINE)


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/provision/0123/cfg0.xml", "/provision"),
        ("/provision/0004f2aabb95.cfg", "/provision"),
        ("/pbx/provision/0123/x/provision/y", "/pbx/provision"),
        ("/Provision/0123/x", "/Provision"),
        ("/provision", "/provision"),
        ("/sipxconfig/rest/private/0123/phonebook", "/sipxconfig/rest/private"),
        ("/sipxconfig/rest/user", None),
        ("/sipxconfig/api/phones/1/provisioning", None),
        ("/api/extensions/list", None),
    ],
)
def test_nginx_logs_no_path_that_is_a_secret(path, logged):
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    folder = re.search(r'map \$uri \$portsip_api_path \{\s+"~\*(.*?)" \$portsip_api_folder;', text)
    assert folder
    found = re.match(folder[1].replace("(?<", "(?P<"), path, re.IGNORECASE)
    assert (found["portsip_api_folder"] if found else None) == logged
    assert re.findall(r"\$(?:uri|request|request_uri|document_uri)\b", re.sub(r"#.*", "", text)) == ["$uri"] * 2


@pytest.mark.parametrize("line", ["LimitCORE=0", "MemoryMax=2G", "TasksMax=256"])
def test_the_unit_has_limits(line):
    assert line in SERVER.splitlines()


def values(unit: str, name: str) -> list[str]:
    """What stands behind a name in a unit, each time that it stands there."""
    return re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)


def test_the_engine_is_confined_as_the_server_is():
    own, others = (set(re.findall(r"^\w+=.*$", unit, re.MULTILINE)) for unit in (ENGINE, SERVER))
    first, last = SERVER.index("NoNewPrivileges="), SERVER.index("[Install]")
    asked = set(re.findall(r"^\w+=.*$", SERVER[first:last], re.MULTILINE))
    assert asked - own == {
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "SystemCallFilter=~@privileged @resources",
    }  # fmt: skip
    assert "SystemCallFilter=~@privileged" in own
    assert {"LimitCORE=0", "MemoryMax=2G", "Restart=on-failure"} <= own & others
    assert values(ENGINE, "TasksMax")


def test_the_engine_has_the_folders_that_it_is_told():
    (start,) = values(ENGINE, "ExecStart")
    told = dict(re.findall(r"-(conf|log|db|run) (\S+)", start))
    (run,), (state,), (logs,) = (values(ENGINE, f"{name}Directory") for name in ("Runtime", "State", "Logs"))
    assert told == {
        "conf": "/etc/freeswitch",
        "run": f"/run/{run}",
        "db": f"/var/lib/{state}",
        "log": f"/var/log/{logs}",
    }
    assert values(ENGINE, "PIDFile") == [f"{told['run']}/freeswitch.pid"]
    assert values(ENGINE, "LogsDirectoryMode") == ["0700"]  # a copy of the configuration lies there
    assert f"install -d -o freeswitch -g freeswitch -m 0700 {told['conf']}" in ENGINE
    assert f"pbx switch config freeswitch {told['conf']} " in ENGINE


def test_server_and_engine_share_a_folder():
    """The engine's unit names it, and makes its user a member of the group that the settings name."""
    given = dict(line.partition("=")[::2] for line in ENVIRONMENT.splitlines() if line.startswith("PBX_"))
    asked = dict(re.findall(r"^#   (PBX_\w+)=(\S+)", ENGINE, re.MULTILINE))
    shared = settings.load(given | {name: text for name, text in asked.items() if name != "PBX_MEDIA_GROUP"})
    assert values(ENGINE, "ReadWritePaths") == [str(shared.switch_path)]
    assert f"install -d -o portsip-api -g portsip-api -m 2770 {shared.switch_path}" in ENGINE
    (group,) = values(ENGINE, "SupplementaryGroups")
    assert asked["PBX_MEDIA_GROUP"] == group
    assert f"usermod --append --groups {group} {values(ENGINE, 'User')[0]}" in ENGINE
    assert shared.switch == "freeswitch"
