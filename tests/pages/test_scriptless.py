"""Pages work without scripts and without a mouse: facts about every template and its forms."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app import web
from app.domain.caller import Role
from tests.pages.conftest import SITE, Browser, Site

FOLDER = Path(web.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"), key=lambda file: file.name)
SCRIPTS = sorted((FOLDER / "static").glob("*.js"), key=lambda file: file.name)
TAGS = re.compile(r"<([a-z][a-z0-9]*)((?:[^<>]|<[^<>]*>)*)>")
FORM_TOKEN = re.compile(r"{{ form_field\(\) }}")


def tags(file: Path) -> list[tuple[str, str]]:
    """Read the tags of a template; what Jinja writes into them is left out."""
    plain = re.sub(
        r"{%.*?%}|{{.*?}}|{#.*?#}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    return TAGS.findall(plain)


class Forms(HTMLParser):
    """The forms of a page: where each goes, by which method, and what it would send."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.unlabelled: list[str] = []
        self._labels: set[str] = set()
        self._controls: list[str] = []
        self.feed(page)
        self.unlabelled = [name for name in self._controls if name not in self._labels]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a button that sends it elsewhere, a label, a control."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({"method": given.get("method", "get"), "action": given["action"]})
        if tag == "button" and "formaction" in given:
            self.found.append({**self.found[-1], "action": given["formaction"]})
        if tag == "label":
            self._labels.add(given.get("for", ""))
        is_seen = given.get("type") not in ("hidden", "checkbox", "radio")
        if tag in ("input", "select", "textarea") and is_seen and "aria-label" not in given:
            self._controls.append(given.get("id", f"{tag} {given.get('name')}"))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_leaves_every_control_to_the_keyboard(file: Path) -> None:
    for tag, attributes in tags(file):
        assert not re.search(r"\s(?:on[a-z]+|hx-on\S*|accesskey|autofocus)\s*=", attributes), tag
        assert not re.search(r'tabindex="(?!0"|-1")', attributes), tag
        assert 'tabindex="-1"' not in attributes or tag == "main"
        assert 'role="button"' not in attributes, tag
        assert tag != "a" or "href=" in attributes


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_what_a_script_would_send_is_a_form_that_works_without_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for tag, attributes in tags(file):
        if re.search(r"\shx-(?:get|post|put|patch|delete)=", attributes):
            assert tag == "form" or "href=" in attributes
        if tag == "form":
            assert re.search(r'method="(?:get|post)"', attributes)
            assert "action=" in attributes
    posts = len(re.findall(r'<form[^>]*method="post"', text))
    assert len(FORM_TOKEN.findall(text)) == posts


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_scripts_hear_clicks_on_controls_only(file: Path) -> None:
    heard = re.findall(
        r"(\S+)\.addEventListener\(\"(?:click|mouse\w+|pointer\w+)", file.read_text()
    )

    assert set(heard) <= {"button", 'document.getElementById("propose")', "label"}


def readers(site: Site) -> list[tuple[Browser, list[str]]]:
    decision = site.decide()
    release = f"/releases/{decision['release']['digest']}"
    one = f"/decisions/{decision['decision_id']}"
    return [
        (site.browser(), ["/sign-in", "/set-up"]),
        (site.reader(Role.DATA_SCIENTIST), ["/", "/decisions", release]),
        (site.reader(Role.AUDITOR), [one]),
        (site.reader(Role.SUBMITTER, subject="sub"), ["/waivers"]),
        (site.reader(Role.BREAK_GLASS), ["/break-glass"]),
        (site.reader(Role.OPERATOR), ["/users"]),
    ]


def test_every_form_leads_to_a_route_that_takes_its_method_and_answers_with_a_page(
    site: Site,
) -> None:
    seen = 0
    for browser, paths in readers(site):
        for path in paths:
            page = browser.see(path).text
            token = browser.form_token(path)
            for form in Forms(page).found:
                if form["action"] == "/sign-out":
                    continue
                if form["method"] == "get":
                    answer = browser.see(form["action"])
                else:
                    sent = {"form_token": token}
                    answer = browser.client.post(form["action"], base_url=SITE, data=sent)
                assert answer.status_code in (200, 303, 401, 409, 422), (path, form)
                assert answer.mimetype == "text/html"
                seen += 1
    assert seen > len(readers(site))


def test_every_field_that_is_typed_into_has_a_label(site: Site) -> None:
    for browser, paths in readers(site):
        for path in paths:
            assert Forms(browser.see(path).text).unlabelled == [], path
