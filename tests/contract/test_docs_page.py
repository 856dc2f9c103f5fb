"""The documentation page in a browser: Debian's Chromium, where there is one."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.contract.servers import running
from tests.crm import ADMIN_PASSWORD

TTL = 3
CHROMIUM = shutil.which("chromium")
FLAGS = ("disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no `chromium`, a package of Debian")


@pytest.fixture(scope="module")
def server(fresh_store):
    """One with short-lived tokens."""
    with running("gunicorn", fresh_store(), PBX_WORKERS="1", PBX_TOKEN_TTL=str(TTL)) as started:
        yield started


@pytest.fixture(scope="module")
def chromium():
    """The browser; root runs it without its sandbox, which needs another user."""
    flags = [f"--{flag}" for flag in FLAGS + ("no-sandbox",) * (os.geteuid() == 0)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


class Docs:
    """The page of one API, open, and what the browser complained of."""

    def __init__(self, page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(request.url))
        page.goto(url)
        page.wait_for_selector("body.ready .opblock-tag")

    def open(self, operation: str) -> None:
        """Open an operation, by the part of its page's id that names tag and operation."""
        self.page.locator(f"#operations-tag-{operation.partition('-')[0]}").click()
        self.page.locator(f"#operations-{operation} .opblock-summary-control").click()

    def execute(self, operation: str) -> tuple[str, str]:
        """Press "Execute" in an open operation and return status and body of the answer."""
        block = self.page.locator(f"#operations-{operation}")
        if block.locator(".btn-clear").count():
            block.locator(".btn-clear").click()
        block.locator(".execute").click()
        block.locator(".live-responses-table .response-col_status").first.wait_for()
        status = block.locator("tr.response .response-col_status").first.inner_text()
        return status.split()[0], block.locator("tr.response .response-col_description").first.inner_text()

    def log_in(self, name: str, password: str) -> str:
        """Log in by the form at the top and return what is said of it."""
        self.page.fill("#login [name=name]", name)
        self.page.fill("#login [name=password]", password)
        before = self.page.inner_text("#state")
        self.page.click("#login button")
        self.page.wait_for_function("before => document.getElementById('state').innerText !== before", arg=before)
        return str(self.page.inner_text("#state"))


@pytest.fixture
def opened(server, chromium):
    """A function that opens a page of the server; the browser may complain of answers above 399 and nothing else."""
    pages: list[Docs] = []

    def open_page(path: str) -> Docs:
        pages.append(Docs(chromium.new_page(), server.url + path))
        return pages[-1]

    yield open_page
    for docs in pages:
        docs.page.close()
        assert [text for text in docs.complaints if "the server responded with a status of 4" not in text] == []


def test_a_token_is_fetched_by_a_form_and_kept_fresh(opened):
    docs, listing = opened("/docs"), "extensions-list_extensions"
    docs.open(listing)
    status, body = docs.execute(listing)
    assert status == "401"
    assert "403.4" in body
    assert docs.log_in("admin", "a wrong one") == "The account does not exist or the password is wrong."
    assert docs.log_in("admin", ADMIN_PASSWORD) == "Logged in as admin (administrator)."
    docs.page.click("summary")
    places = docs.page.inner_text("#in dl")
    for place in ("Authorization: Bearer ", "access_token: ", "?access_token="):
        assert f"{place}{docs.page.inner_text('#token')}" in places
    docs.page.wait_for_timeout(TTL * 1000 + 500)  # longer than a token lives
    assert docs.execute(listing)[0] == "200"
    docs.open("account-sign_out")  # whose example holds a token
    assert docs.execute("account-sign_out")[0] == "200"
    docs.page.wait_for_selector("#login")
    assert docs.page.inner_text("#state") == "Your log-in has ended: log in again."


def test_other_spellings_are_shown_to_who_asks_for_them(opened):
    docs = opened("/docs")
    docs.open("tenants-show_account")
    alias = docs.page.locator("#operations-tenants-destroy_account_alias1")
    assert not alias.is_visible()
    docs.page.check("#aliases")
    assert alias.is_visible()


def test_name_and_password_go_with_every_request_to_sipxcoms_api(opened):
    docs, listing = opened("/docs/sipxcom"), "branches-list_branches"
    docs.open(listing)
    assert docs.execute(listing)[0] == "401"
    assert docs.log_in("superadmin", "a wrong one") == "There is no such name with this password."
    assert docs.log_in("superadmin", ADMIN_PASSWORD) == "Logged in as superadmin."
    assert docs.execute(listing)[0] == "200"
    docs.page.click("#logout")
    assert docs.execute(listing)[0] == "401"
    # The library's own dialogue would say of Digest that it is an error.
    assert docs.page.locator(".authorize, .authorization__btn, .errors-wrapper").count() == 0
