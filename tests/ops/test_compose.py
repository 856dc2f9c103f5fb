"""`compose.yaml`: what it names is there, and its services fit together as the files that they are made of say."""

import re
from typing import Any

import pytest
import yaml

from portsip_api import settings

COMPOSE: dict[str, Any] = yaml.safe_load((settings.ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
NGINX, PBX, ENGINE = SERVICES["nginx"], SERVICES["pbx"], SERVICES["freeswitch"]
PHONES_NGINX, PHONES_PBX = SERVICES["phones-nginx"], SERVICES["phones-pbx"]  # that the engine is beside
COMMENT = (settings.ROOT / "compose.yaml").read_text(encoding="utf-8").partition("name:")[0]
CONTAINERFILE = (settings.ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
CONFIGURATION = (settings.ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """What lies where in a container: a path or a volume, by the place."""
    return {place: source for source, place, *_ in (text.split(":") for text in service["volumes"])}


def test_the_server_can_start_with_its_settings() -> None:
    image = dict(re.findall(r"(PBX_\w+)=(\S+)", CONTAINERFILE))
    loaded = settings.load(image | PBX["environment"])
    assert str(loaded.data_path) in mounts(PBX)
    assert str(loaded.secret_key_path.parent) in mounts(PBX)
    assert mounts(PBX)["/data"] != mounts(PBX)["/key"]  # a copy of the one does not read the other
    assert f"server {loaded.bind};" in CONFIGURATION
    assert [str(network) for network in loaded.trusted_proxies] == ["127.0.0.1/32"]
    assert PBX["network_mode"] == "service:nginx"


def test_nginx_has_what_its_configuration_names() -> None:
    placed = mounts(NGINX)
    assert settings.ROOT / placed["/etc/nginx/conf.d/default.conf"] == settings.ROOT / "deploy" / "nginx.conf"
    for folder in re.findall(r"(?:ssl_certificate|ssl_certificate_key|access_log|error_log) (/\S+)/", CONFIGURATION):
        assert folder in placed, folder
    listening = re.findall(r"^\s*listen (\d+)", CONFIGURATION, re.MULTILINE)
    assert [text.rpartition(":")[2] for text in NGINX["ports"]] == listening


def test_the_image_is_built_of_what_is_there() -> None:
    assert (settings.ROOT / PBX["build"]["context"] / PBX["build"]["dockerfile"]).is_file()
    user = re.search(r"^VOLUME (\[.*\])", CONTAINERFILE, re.MULTILINE)
    assert user
    assert set(yaml.safe_load(user[1])) == set(mounts(PBX))


def test_every_volume_is_declared_and_used() -> None:
    named = {source for one in SERVICES.values() for source in mounts(one).values() if not source.startswith("./")}
    assert named == set(COMPOSE["volumes"])


def test_without_phones_there_is_no_engine() -> None:
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == {"nginx", "pbx"}
    assert PBX["environment"].keys() == {"PBX_BIND", "PBX_TRUSTED_PROXIES"}
    assert all(service["profiles"] == ["phones"] for service in (ENGINE, PHONES_NGINX, PHONES_PBX))


def test_no_engine_is_shipped() -> None:
    assert ENGINE["image"] == "${FREESWITCH_IMAGE:-}"
    assert "build" not in ENGINE


def test_with_phones_the_services_are_those_without_in_the_machines_own_network() -> None:
    for own, other in ((PHONES_NGINX, NGINX), (PHONES_PBX, PBX)):
        differing = {name for name in own.keys() | other.keys() if own.get(name) != other.get(name)}
        assert differing <= {"profiles", "ports", "network_mode", "depends_on", "environment", "volumes"}
    assert PHONES_NGINX["volumes"] == NGINX["volumes"]
    assert PHONES_PBX["environment"].items() >= PBX["environment"].items()
    assert mounts(PHONES_PBX).items() >= mounts(PBX).items()
    for service in (ENGINE, PHONES_NGINX, PHONES_PBX):
        assert service["network_mode"] == "host"
        assert "ports" not in service  # which a service in that network cannot have
    assert set(ENGINE["depends_on"]) == {"phones-nginx", "phones-pbx"}


def test_server_and_engine_find_each_other_and_what_both_write() -> None:
    image = dict(re.findall(r"(PBX_\w+)=(\S+)", CONTAINERFILE))
    environment = {name: text.replace("${PBX_SERVER_ADDRESS:-127.0.0.1}", "192.0.2.10")
                   for name, text in PHONES_PBX["environment"].items()}  # fmt: skip
    loaded = settings.load(image | environment)
    assert (loaded.switch, loaded.server_address) == ("freeswitch", "192.0.2.10")
    assert loaded.switch_url.startswith("tcp://127.0.0.1:")
    assert loaded.bind.startswith("127.0.0.1:")
    told = dict(zip(ENGINE["command"][::2], ENGINE["command"][1::2], strict=True))
    written = re.findall(r"phones-pbx pbx switch config freeswitch (/\S+)$", COMMENT, re.MULTILINE)
    assert written == [told["-conf"]]
    for folder in (told["-conf"], str(loaded.switch_path), str(loaded.data_path)):
        assert mounts(ENGINE)[folder] == mounts(PHONES_PBX)[folder], folder
    assert [text for text in ENGINE["volumes"] if not text.endswith(":ro")] == [f"shared:{loaded.switch_path}"]
    assert told["-db"].startswith(f"{loaded.switch_path}/")
    assert {told["-log"], told["-run"]} <= set(ENGINE["tmpfs"])
    assert str(loaded.secret_key_path.parent) not in mounts(ENGINE)


def test_what_volumes_begin_with_belongs_to_the_user_of_server_and_engine() -> None:
    user = re.search(r"useradd .*--uid (\d+) .* pbx", CONTAINERFILE)
    made = re.search(r"install -d -m 0700 -o pbx -g pbx (.*)$", CONTAINERFILE, re.MULTILINE)
    assert user
    assert made
    assert ENGINE["user"] == f"{user[1]}:{user[1]}"
    assert set(made[1].split()) == set(mounts(PHONES_PBX))


def test_the_services_that_its_first_lines_name_are_there() -> None:
    named = re.findall(r"docker compose (?:up -d|run --build --rm|exec) ([a-z][a-z-]*)", COMMENT)
    assert len(named) == 5
    assert set(named) <= set(SERVICES)


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_no_service_may_more_than_it_needs(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert "privileged" not in service


def test_no_key_of_tls_enters_the_image_or_the_repository() -> None:
    ignored = (settings.ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "/deploy/tls/" in ignored
