"""What people do in a real browser, on a real gate."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, BrowserContext, Page, expect
from prometheus_client import CollectorRegistry

from app import bootstrap
from app.adapters.stores.opening import open_sqlite
from app.api import submissions
from app.cli import main
from app.demo import play
from app.demo.example_releases import Example
from app.demo.play import Stage
from app.demo.running_gate import running_gate
from app.domain.caller import EVERYWHERE, Caller, Role
from app.domain.decision import Outcome
from app.gate import decide
from app.settings import Settings
from tests.fakes.stores import SetClock
from tests.stories.conftest import Running

WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serve a gate whose log begins with a denial of a week ago, before anybody had a token."""
    folder = tmp_path_factory.mktemp("stage")
    deny_a_week_ago(play.set_up(tmp_path_factory.mktemp("then")), folder / "data")
    stage = play.set_up(folder)
    with running_gate(stage.environment, folder / "gate.log") as url:
        yield Running(url, stage)


def deny_a_week_ago(stage: Stage, data: Path) -> None:
    settings = Settings.from_environment(stage.environment)
    clock = SetClock(datetime.now(UTC) - WEEK)
    data.mkdir()
    stores = open_sqlite(data / "countersign.db", settings.log_name, clock)
    world = bootstrap.ports(settings, CollectorRegistry())
    then = replace(world, clock=clock, log=stores.log, documents=stores.documents)
    submitted = [play.submission(release, stage) for release in Example.read().releases][2]
    submitter = Caller(
        "release-workflow@acme.example", frozenset({Role.SUBMITTER}), "t", EVERYWHERE
    )
    decision = decide.decide(submissions.submission(submitted), submitter, then, None)
    world.close()
    stores.close()

    assert decision.outcome is Outcome.DENY


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(accept_downloads=True)
    opened.set_default_timeout(15_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    said: list[str] = []
    opened = context.new_page()
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    assert [line for line in said if "Content Security Policy" in line or "Error" in line] == []


@dataclass(frozen=True)
class Decided:
    """The releases of the play, as they were decided."""

    decisions: Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def decided(running: Running) -> Decided:
    releases = Example.read().releases
    scenes = [play.scene(release, running.stage, running.ask) for release in releases]
    return Decided({scene.release.version: scene.decision for scene in scenes})


def sign_in(page: Page, running: Running, role: str) -> None:
    page.goto(running.url + "/")
    page.get_by_label("Access token").fill(running.stage.tokens[role])
    page.get_by_role("button", name="Sign in with the token").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_an_approver_approves_and_the_pending_release_becomes_allowed(
    running: Running, decided: Decided, page: Page
) -> None:
    assert decided.decisions["1.1.0"]["outcome"] == "pending"
    sign_in(page, running, "risk_compliance")
    waiting = page.locator("section", has=page.get_by_role("heading", name="Waits for you"))
    waiting.get_by_role("link", name="acme/support-router 1.1.0").click()
    expect(page.get_by_text("It waits for: Risk compliance.")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    assert page.evaluate("document.querySelector('[name=confirmed]').validity.valueMissing")
    page.get_by_label("I have compared these digests").check()
    page.get_by_label("Comment").fill("read the card")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("You approved")).to_be_visible()

    expect(page.locator(".title .outcome")).to_have_text("Allowed")
    page.goto(running.url + "/")
    expect(page.get_by_text("Nothing waits for your roles.")).to_be_visible()


def test_a_deployer_promotes_two_versions_and_rolls_the_stage_back(
    serve: Callable[[Mapping[str, str]], Running], page: Page
) -> None:
    gate = serve({})
    for release in Example.read().releases[:2]:
        register(gate, play.scene(release, gate.stage, gate.ask).decision)
    sign_in(page, gate, "risk_compliance")
    page.get_by_role("link", name="acme/support-router 1.1.0").first.click()
    page.get_by_label("I have compared these digests").check()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".title .outcome")).to_have_text("Allowed")
    sign_in_anew(page, gate, "deployer")
    for version in ("1.0.0", "1.1.0"):
        page.goto(f"{gate.url}/models/acme/support-router")
        page.get_by_role("link", name=version, exact=True).last.click()
        page.get_by_role("button", name=f"Promote {version} to production").click()
        expect(page.locator(".lead").get_by_text(version)).to_be_visible()
    page.get_by_text("Roll back", exact=True).click()
    page.get_by_label("Why").fill("it answers in riddles")
    page.get_by_role("button", name="Roll production back").click()

    expect(page.locator(".lead").get_by_text("1.0.0")).to_be_visible()
    expect(page.get_by_text("rolled back to")).to_be_visible()
    expect(page.get_by_text("it answers in riddles")).to_be_visible()
    assert page.evaluate(AXE + SERIOUS) == []


def register(gate: Running, decision: Mapping[str, Any]) -> None:
    named = decision["release"]
    version = {"version": named["model"]["version"], "release_digest": named["digest"]}
    gate.ask(gate.stage.tokens["submitter"], "/v1/models/acme/support-router/versions", version)


@pytest.mark.usefixtures("decided")
def test_an_auditor_finds_a_denial_and_takes_a_receipt_that_verifies_offline(
    running: Running, page: Page, tmp_path: Path
) -> None:
    sign_in(page, running, "auditor")
    page.get_by_role("link", name="Decisions", exact=True).click()
    page.get_by_label("Outcome").select_option("deny")
    then = datetime.now(UTC) - WEEK
    page.get_by_label("From").fill(f"{then - timedelta(days=1):%Y-%m-%d}")
    page.get_by_label("To", exact=True).fill(f"{then + timedelta(days=1):%Y-%m-%d}")
    expect(page.get_by_text("1 found")).to_be_visible()
    page.get_by_label("Search", exact=True).fill(
        f"reason:signatures.* before:{then + WEEK / 2:%Y-%m-%d}"
    )
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 found")).to_be_visible()
    page.locator("#found").get_by_role("link").filter(has=page.locator("time")).first.click()
    expect(page.locator(".title time")).to_have_attribute("title", re.compile(f"{then:%Y-%m-%d}"))
    expect(page.get_by_text("files changed after they were signed")).to_be_visible()
    page.get_by_role("button", name="Verify in my browser").click()
    expect(page.locator("#verify")).to_have_attribute("data-verified", "true")
    assert page.locator(".step-good").count() == 3
    for name, file in (("Receipt", "decision.tlog-proof"), ("Decision", "decision.json")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        download.value.save_as(tmp_path / file)
    key = page.get_by_label("Public key of the log").input_value()

    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("Equal, byte for byte")).to_be_visible()
    arguments = ["log", "verify", str(tmp_path / "decision.tlog-proof"), "--key", key]
    told = CliRunner().invoke(
        main, [*arguments, "--entry", str(tmp_path / "decision.json"), "--output", "json"]
    )
    assert told.exit_code == 0, told.output
    taken = json.loads((tmp_path / "decision.json").read_bytes())
    assert taken["outcome"] == "deny"
    assert taken["at"] < f"{then + WEEK / 2:%Y-%m-%d}"


def test_a_changed_decision_or_another_key_does_not_verify_in_the_browser(
    running: Running, decided: Decided, page: Page
) -> None:
    sign_in(page, running, "data_scientist")
    page.goto(f"{running.url}/decisions/{decided.decisions['1.0.0']['decision_id']}")
    key = page.get_by_label("Public key of the log").input_value()
    other = re.sub(r"\+(.)([^+]*)$", lambda found: f"+{found[1]}B{found[2][1:]}", key)
    page.get_by_label("Public key of the log").fill(other)
    page.get_by_role("button", name="Verify in my browser").click()
    expect(page.locator("#verify")).to_have_attribute("data-verified", "false")
    page.route("**/entry", lambda route: route.fulfill(body='{"outcome": "allow"}'))
    page.get_by_label("Public key of the log").fill(key)
    page.get_by_role("button", name="Verify in my browser").click()

    expect(page.locator(".step-bad")).to_contain_text("not what stands in the log")


@pytest.mark.usefixtures("decided")
def test_every_page_reads_well_without_scripts(running: Running, chromium: Browser) -> None:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    sign_in(page, running, "data_scientist")
    page.goto(f"{running.url}/decisions?outcome=deny")

    expect(page.locator("#found time").first).to_contain_text("UTC")
    page.locator("#found").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Why")).to_be_visible()
    context.close()


AXE = (Path(__file__).parents[1] / "samples" / "axe" / "axe.js").read_text(encoding="utf-8")
SERIOUS = """
axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes[0].html}`))
"""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_the_screen(
    running: Running,
    decided: Decided,
    chromium: Browser,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(running.url + "/sign-in")
    found = {"/sign-in": page.evaluate(AXE + SERIOUS)}
    for path in ("/set-up", "/no-page-at-all"):
        page.goto(running.url + path)
        found[path] = page.evaluate(AXE + SERIOUS)
    sign_in(page, running, "risk_compliance")
    pending, denied = decided.decisions["1.1.0"], decided.decisions["1.2.0"]
    for path in (
        "/",
        "/decisions",
        f"/decisions/{denied['decision_id']}",
        f"/releases/{denied['release']['digest']}",
        f"/releases/{pending['release']['digest']}",
        "/models",
        "/waivers?codes=change.note_missing",
        "/break-glass",
        "/policies",
        "/policies/files/gate/checks/change/change.rego",
        "/policies/proposals",
        "/dashboards",
    ):
        page.goto(running.url + path)
        found[path] = page.evaluate(AXE + SERIOUS)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    context.close()


@pytest.fixture
def drafting(serve: Callable[[Mapping[str, str]], Running], opa_binary: Path) -> Running:
    return serve({"COUNTERSIGN_ENGINE": "opa_child", "COUNTERSIGN_OPA_BINARY": str(opa_binary)})


def test_an_author_proposes_a_rule_that_flips_decisions_and_others_activate_it(
    drafting: Running, page: Page
) -> None:
    for release in Example.read().releases:
        play.scene(release, drafting.stage, drafting.ask)
    sign_in(page, drafting, "policy_author")
    page.get_by_role("link", name="Policies").click()
    page.get_by_role("link", name="change.rego", exact=True).click()
    page.get_by_role("link", name="Work on a draft").click()
    rule = 'deny contains {"code": "change.hasty", "at": "/release", "message": x} if {'
    write(page, rule + '\n\tinput.release.model.version != "1.0.0"')
    expect(page.get_by_text("This draft does not compile")).to_be_visible()
    expect(page.locator(".cm-lint-marker-error, .cm-lintRange-error").first).to_be_visible()
    write(page, '\n\tx := "too hasty"\n}\n')
    expect(page.locator("#said").get_by_text("too hasty")).to_be_visible()
    expect(page.locator(".covered").first).to_be_attached()
    assert page.evaluate(AXE + SERIOUS) == []
    page.get_by_role("button", name="Replay past decisions").click()

    expect(page.get_by_role("heading", name="4 of 14 past decisions would flip")).to_be_visible()
    expect(page.locator("#said").get_by_text("change.hasty").first).to_be_visible()
    page.get_by_text("Propose this draft").click()
    page.get_by_label("What it changes, and why").fill("no haste")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("heading", name="4 of 14 past decisions would flip")).to_be_visible()
    proposal = page.url
    assert page.evaluate(AXE + SERIOUS) == []
    for role in ("governance_lead", "policy_admin"):
        sign_in_anew(page, drafting, role)
        page.goto(proposal)
        page.get_by_role("button", name="Agree").click()
    page.get_by_role("button", name="Activate").click()

    expect(page.get_by_text("Active", exact=True)).to_be_visible()
    page.goto(drafting.url + "/policies/files/gate/checks/change/change.rego")
    expect(page.get_by_text("too hasty")).to_be_visible()


def sign_in_anew(page: Page, running: Running, role: str) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Access token")).to_be_visible()
    sign_in(page, running, role)


def write(page: Page, text: str) -> None:
    """Write at the end of the draft, as an author pastes."""
    page.locator(".cm-content[aria-label=Rego]").click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(text)
