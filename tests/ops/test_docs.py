"""The documentation page comes whole from this server."""

import re

import pytest

from tests.crm import Crm, check_refused


@pytest.mark.parametrize("path", ["/docs", "/docs/sipxcom"])
def test_the_page_loads_only_what_is_served_here(crm: Crm, path: str) -> None:
    page = crm.http.get(path)
    assert page.mimetype == "text/html"
    links = re.findall(r'(?:href|src|data-document)="([^"]*)"', page.text)
    assert len(links) == 7
    for link in links:
        assert re.match(r"/[a-z]", link), link
        reply = crm.http.get(link)
        assert reply.status_code == 200, link
        assert len(reply.data) > 100, link
        reply.close()


def test_the_page_runs_nothing_inline(crm: Crm) -> None:
    page = crm.http.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page.text) == ["", ""]
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|https?:", page.text)


@pytest.mark.parametrize("name", ["index.html", "..%2f__init__.py", "swagger-ui.js.map"])
def test_nothing_else_of_the_package_is_served(crm: Crm, name: str) -> None:
    check_refused(crm.http.get(f"/docs/{name}"), "404.2")
