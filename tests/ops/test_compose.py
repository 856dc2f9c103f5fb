"""`compose.yaml`: what it names is there, and its two services fit together as the files that they are made of say."""

import re
from typing import Any

import pytest
import yaml

from portsip_api import settings

COMPOSE: dict[str, Any] = yaml.safe_load((settings.ROOT / "compose.yaml").read_text(encoding="utf-8"))
NGINX, PBX = COMPOSE["services"]["nginx"], COMPOSE["services"]["pbx"]
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
    named = {source for service in (NGINX, PBX) for source in mounts(service).values() if not source.startswith("./")}
    assert named == set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", [NGINX, PBX], ids=["nginx", "pbx"])
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
