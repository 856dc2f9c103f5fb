"""The documentation page comes whole from this server."""

import re
from collections.abc import Callable

import pytest

from portsip_api import __version__
from tests.crm import Crm, check_refused


@pytest.mark.parametrize("path", ["/docs", "/docs/sipxcom"])
def test_the_page_loads_only_what_is_served_here(crm: Crm, path: str) -> None:
    page = crm.http.get(path)
    assert page.mimetype == "text/html"
    links = re.findall(r'(?:href|src|data-document)="([^"]*)"', page.text)
    assert len(links) == 11
    for link in links:
        assert re.match(r"/[a-z]|/$", link), link
        reply = crm.http.get(link)
        assert reply.status_code == 200, link
        assert len(reply.data) > 100, link
        reply.close()


def test_the_page_runs_nothing_inline(crm: Crm) -> None:
    page = crm.http.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page.text) == ["", "", ""]
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|https?:", page.text)


@pytest.mark.parametrize("name", ["docs.js", "token-login.js", "password-login.js", "clock.js", "pages.css"])
def test_files_of_ours_ask_nobody_else(crm: Crm, name: str) -> None:
    reply = crm.http.get(f"/docs/{name}")
    assert not re.search(r"https?:", reply.text)
    reply.close()


def test_where_basic_is_off_the_page_offers_no_form(crm: Crm, configure: Callable[..., object]) -> None:
    assert 'id="login"' in crm.http.get("/docs/sipxcom").text
    configure(PBX_BASIC="false")
    page = crm.http.get("/docs/sipxcom").text
    assert 'id="login"' not in page
    assert "curl --digest" in page
    assert 'id="login"' in crm.http.get("/docs").text


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_the_address_alone_is_a_page_whose_links_lead_somewhere(crm: Crm) -> None:
    page = crm.http.get("/", headers=BROWSER)
    assert page.mimetype == "text/html"
    assert f"Version {__version__}." in page.text
    links = re.findall(r'href="([^"]*)"', page.text)
    assert {"/docs", "/docs/sipxcom", "/healthz"} <= set(links)
    for link in links:
        reply = crm.http.get(link)
        assert reply.status_code == 200, link
        reply.close()


@pytest.mark.parametrize("accept", [{}, {"Accept": "*/*"}, {"Accept": "application/json"}, {"Accept": "text/plain"}])
def test_the_address_alone_is_json_to_programs(crm: Crm, accept: dict[str, str]) -> None:
    reply = crm.http.get("/", headers=accept)
    assert reply.json is not None
    assert (reply.json["version"], reply.json["docs"], reply.headers["Vary"]) == (__version__, "/docs", "Accept")


@pytest.mark.parametrize("name", ["index.html", "..%2f__init__.py", "swagger-ui.js.map"])
def test_nothing_else_of_the_package_is_served(crm: Crm, name: str) -> None:
    check_refused(crm.http.get(f"/docs/{name}"), "404.2")
