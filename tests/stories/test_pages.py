"""What people do in a real browser, on a real gate."""

from __future__ import annotations

import json
import re
import shutil
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
from app.adapters.system.identifiers import new_id, new_secret
from app.api import submissions
from app.bootstrap import storage
from app.cli import main
from app.demo import play
from app.demo.example_releases import Example
from app.demo.play import Stage
from app.demo.running_gate import running_gate
from app.domain.caller import EVERYWHERE, Caller, Role
from app.domain.decision import Outcome
from app.gate import decide
from app.gate.issue_token import TokenRequest, issue_token
from app.settings import Settings
from tests.fakes.stores import SetClock
from tests.plugins.real_chromium import PATIENCE_MS
from tests.stories.conftest import Running

WEEK = timedelta(days=7)
A_WEEK_AGO = datetime.now(UTC) - WEEK
"""Told once: midnight may pass between the making of the gate and a test that asks for the day."""
SUBMITTER = "release-workflow@acme.example"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serve a gate whose log begins with a denial of a week ago, before anybody had a token."""
    stage = play.set_up(tmp_path_factory.mktemp("stage"))
    shutil.rmtree(stage.folder / "data")
    deny_a_week_ago(stage)
    stage = replace(stage, tokens=tokens(stage))
    with running_gate(stage.environment, stage.folder / "gate.log") as url:
        yield Running(url, stage)


def deny_a_week_ago(stage: Stage) -> None:
    settings, clock = Settings.from_environment(stage.environment), SetClock()
    clock.moment = A_WEEK_AGO
    settings.data_dir.mkdir()
    stores = open_sqlite(settings.data_dir / "countersign.db", settings.log_name, clock)
    elsewhere = {**stage.environment, "COUNTERSIGN_DATA_DIR": str(stage.folder / "elsewhere")}
    world = bootstrap.ports(Settings.from_environment(elsewhere), CollectorRegistry())
    then = replace(world, clock=clock, log=stores.log, documents=stores.documents)
    there = replace(stage, folder=stage.folder / "then")
    there.folder.mkdir()
    submitted = [play.submission(release, there) for release in Example.read().releases][2]
    submitter = Caller(SUBMITTER, frozenset({Role.SUBMITTER}), "t", EVERYWHERE)
    decision = decide.decide(submissions.submission(submitted), submitter, then, None)
    world.close()
    stores.close()

    assert decision.outcome is Outcome.DENY


def tokens(stage: Stage) -> dict[str, str]:
    """Give everybody of the play a token, and an operator."""
    made, hour = {}, datetime.now(UTC) + timedelta(hours=1)
    with storage.opened_stores(Settings.from_environment(stage.environment)) as stores:
        for role in (*(Role(name) for name in stage.tokens), Role.OPERATOR):
            name = SUBMITTER if role is Role.SUBMITTER else f"{role}@acme.example"
            asked = TokenRequest(name, frozenset({role}), EVERYWHERE, hour)
            made[str(role)] = issue_token(asked, "demo", stores.tokens, new_id, new_secret).token
    return made


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(accept_downloads=True)
    opened.set_default_timeout(PATIENCE_MS)
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


FOCUS = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const isSeen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    const name = one.ariaLabel || one.labels?.[0]?.textContent || one.textContent || one.value;
    return [name.trim().replace(/\\s+/g, ' '), isSeen];
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what bears this name has the focus, which is seen at every stop."""
    for _ in range(60):
        page.keyboard.press("Tab")
        here, is_seen = page.evaluate(FOCUS)
        assert is_seen, here
        if here.startswith(name):
            return
    raise AssertionError(f"Tab never comes to {name}")


def test_an_approver_approves_by_keyboard_and_the_pending_release_becomes_allowed(
    running: Running, decided: Decided, page: Page
) -> None:
    assert decided.decisions["1.1.0"]["outcome"] == "pending"
    page.goto(running.url + "/")
    tab_to(page, "Or with an access token")
    page.keyboard.type(running.stage.tokens["risk_compliance"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    tab_to(page, "acme/support-router 1.1.0")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It waits for: Risk compliance.")).to_be_visible()
    tab_to(page, "Approve")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('[name=confirmed]').validity.valueMissing")
    page.goto(page.url)
    tab_to(page, "I have compared these digests")
    page.keyboard.press("Space")
    tab_to(page, "Comment")
    page.keyboard.type("read the card")
    tab_to(page, "Approve")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You approved")).to_be_visible()

    expect(page.locator(".title .outcome")).to_have_text("Allowed")
    expect(page.get_by_text("Decided again for production, after risk_compliance")).to_be_visible()
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
    then = A_WEEK_AGO
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
    expect(page.locator("#verify-said")).to_contain_text("Verified: this decision stands")
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
    name, number, encoded = key.split("+", 2)
    changed = "A" if encoded[9] != "A" else "B"
    other = f"{name}+{number}+{encoded[:9]}{changed}{encoded[10:]}"
    page.get_by_label("Public key of the log").fill(other)
    page.get_by_role("button", name="Verify in my browser").click()
    expect(page.locator("#verify")).to_have_attribute("data-verified", "false")
    page.route("**/entry", lambda route: route.fulfill(body='{"outcome": "allow"}'))
    page.get_by_label("Public key of the log").fill(key)
    page.get_by_role("button", name="Verify in my browser").click()

    expect(page.locator(".step-bad")).to_contain_text("not what stands in the log")
    expect(page.locator("#verify-said")).to_contain_text("Not verified")


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


TOO_SMALL = """
Array.from(document.querySelectorAll("main .list a, .documents a, main button, summary"))
    .filter((one) => one.checkVisibility() && one.getClientRects()[0].height < 24)
    .map((one) => one.outerHTML)
"""
"""What a finger misses: less than 24 px high (WCAG 2.2, 2.5.8)."""


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
        assert width > 360 or page.evaluate(TOO_SMALL) == [], path
    sign_in_anew(page, running, "operator")
    page.get_by_role("link", name="Users").click()
    page.get_by_label("Name").fill(f"ada-{width}")
    page.get_by_label("Auditor").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("It is shown this once")).to_be_visible()
    found["/users"] = page.evaluate(AXE + SERIOUS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    context.close()


UNSEEN = "\u202egnp.exe\u202c\u200b"
LONG = "w" * 300
SAID = (
    "</textarea><script>alert(1)</script>",
    "{{7*7}}",
    "javascript:alert(1)",
    "<svg onload=alert(1)>",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\U0001f680",
    LONG,
)
CARD = f"""---
license: "{LONG}"
---
# {LONG} {UNSEEN}

![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+) [click](javascript:alert(1)) {SAID[0]}

| {LONG} | `{LONG}` |
| --- | --- |
| {SAID[3]} | {SAID[1]} |
"""


def hostile() -> dict[str, Any]:
    """A submission whose every name and text is one that breaks pages, or would run in them."""
    metrics = {said: {f"{said},none": 0.5, f"{UNSEEN},none": 0.25} for said in SAID}
    report = {"results": metrics, "n-samples": {}, "versions": {}, "lm_eval_version": UNSEEN}
    return {
        "model": {"namespace": "a" * 128, "name": "m" * 128, "version": "v" * 128},
        "files": [
            {"path": said.replace("/", "_"), "size": 7, "sha256": "ab" * 32} for said in SAID
        ],
        "stage": "production",
        "risk_tier": "limited",
        "model_card": {"files": [{"name": "README.md", "text": CARD}]},
        "evaluations": [
            {"files": [{"name": "results.json", "text": json.dumps(report)}], "format": "lm_eval"}
        ],
        "bundles": [{"name": "b.json", "text": SAID[0]}],
        "change_note": " ".join(SAID),
    }


def test_nothing_hostile_runs_in_a_page_or_makes_it_wider_than_a_phone(
    running: Running, page: Page
) -> None:
    ran: list[str] = []
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    page.set_viewport_size({"width": 360, "height": 740})
    decision = running.ask(running.stage.tokens["submitter"], "/v1/decisions", hostile())
    digest, model = decision["release"]["digest"], decision["release"]["model"]
    place = f"{model['namespace']}/{model['name']}"
    version = {"version": model["version"], "release_digest": digest}
    base = {"base_models": [{"id": f"{LONG[:90]}/{LONG[:90]}", "relation": "finetune"}]}
    ask = running.ask
    ask(running.stage.tokens["submitter"], f"/v1/models/{place}/versions", {**version, **base})
    sign_in(page, running, "risk_compliance")
    page.goto(f"{running.url}/releases/{digest}")
    page.get_by_label("I have compared these digests").check()
    page.get_by_label("Comment").fill(f"{' '.join(SAID)} {UNSEEN}")
    page.get_by_role("button", name="Veto").click()
    expect(page.get_by_text("You vetoed")).to_be_visible()
    one, asked = f"/decisions/{decision['decision_id']}", f"/decisions?kind=&q={LONG}{SAID[0]}"
    for path in (f"/releases/{digest}", one, "/", "/decisions", asked, f"/models/{place}"):
        page.goto(running.url + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")

        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.goto(f"{running.url}/releases/{digest}")
    assert page.locator("main script, main svg[onload], main img, main a[href^=java]").count() == 0
    assert "\u202e" not in page.content()
    assert ran == []


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
        expect(page.locator(".seat-people").get_by_text(f"{role}@acme.example")).to_be_visible()
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
