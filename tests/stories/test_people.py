"""A fresh machine: its first user opens the link on the console, and adds the second."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.demo.running_gate import free_port, running_gate
from tests.plugins.real_chromium import PATIENCE_MS

LINK = re.compile(r"http://127\.0\.0\.1:\d+/set-up#\S+")
PASSWORD = "correct horse battery"


@pytest.fixture
def link(tmp_path: Path) -> Iterator[str]:
    """Start a gate that knows nobody, and read its console."""
    console = tmp_path / "console"
    environment = {
        "COUNTERSIGN_DATA_DIR": str(tmp_path / "data"),
        "COUNTERSIGN_PORT": str(free_port()),
    }
    with running_gate(environment, console):
        found = LINK.search(console.read_text(encoding="utf-8"))
        assert found is not None
        yield found[0]


def a_page(chromium: Browser) -> Page:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def set_password(page: Page, link: str, name: str = "") -> None:
    page.goto(link)
    expect(page.get_by_label("The same again")).to_be_visible()
    if name:
        page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_the_link_on_the_console_makes_an_operator_who_adds_an_approver(
    link: str, chromium: Browser
) -> None:
    olga, ada = a_page(chromium), a_page(chromium)
    set_password(olga, link, "olga")
    assert "#" not in olga.url
    olga.get_by_role("link", name="Users").click()
    olga.get_by_label("Name", exact=True).fill("ada")
    olga.locator("input[name=role][value=risk_compliance]").check()
    olga.get_by_role("button", name="Add").click()
    theirs = olga.get_by_role("link", name="this link").get_attribute("href")

    set_password(ada, link.partition("/set-up")[0] + str(theirs))
    ada.get_by_role("button", name="Sign out").click()
    ada.get_by_label("Name").fill("ada")
    ada.get_by_label("Password").fill(PASSWORD)
    ada.get_by_role("button", name="Sign in", exact=True).click()

    expect(ada.get_by_text("local:ada")).to_be_visible()
    expect(ada.get_by_role("link", name="Users")).to_have_count(0)
    olga.goto(link)
    expect(olga.get_by_text("this link was used")).to_be_visible()
