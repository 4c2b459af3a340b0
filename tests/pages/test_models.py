from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.caller import Role
from tests.pages.conftest import Browser, Site
from tests.worlds import World, a_world, allow

MODEL = "/models/acme/scorer"


@pytest.fixture
def site(open_site: Callable[[World], Site]) -> Site:
    return open_site(a_world(allow))


def measured(accuracy: float) -> list[dict[str, Any]]:
    """An evaluation report with one result."""
    results = {"sciq": {"acc,none": accuracy, "acc_stderr,none": 0.01}}
    samples = {"sciq": {"original": 1000, "effective": 1000}}
    tables = {"versions": {"sciq": 1.0}, "n-samples": samples, "lm_eval_version": "0.4.13"}
    document = json.dumps({"results": results, **tables})
    return [{"files": [{"name": "results.json", "text": document}], "format": "lm_eval"}]


def a_version(
    site: Site, version: str, byte: str, accuracy: float = 0.8, **more: Any
) -> dict[str, Any]:
    """Register a version of its own bytes, and have it decided."""
    files = [{"path": "model.safetensors", "size": 7, "sha256": byte * 32}]
    model = {"namespace": "acme", "name": "scorer", "version": version}
    decision = site.decide(model=model, files=files, evaluations=measured(accuracy))
    digest = decision["release"]["digest"]
    answer = site.app.test_client().post(
        "/v1/models/acme/scorer/versions",
        json={"version": version, "release_digest": digest, **more},
        headers={"Authorization": f"Bearer {site.tokens[Role.SUBMITTER]}"},
    )
    assert answer.status_code == 201, answer.text
    return decision


def promote(site: Site, version: str, seen: str) -> Any:
    fields = {"version": version, "stage": "production", "seen": seen, "note": "checked"}
    return site.reader(Role.DEPLOYER).send(f"{MODEL}/promotions", "/models", **fields)


def release(browser: Browser, decision: dict[str, Any]) -> str:
    return browser.see(f"/releases/{decision['release']['digest']}").text


def test_a_deployer_promotes_an_allowed_version_and_its_model_tells_so(site: Site) -> None:
    decision = a_version(site, "1.0", "aa")
    deployer = site.reader(Role.DEPLOYER)
    before = release(deployer, decision)
    moved = promote(site, "1.0", "nothing")

    assert "Promote 1.0 to production" in before
    assert (moved.status_code, moved.location) == (303, MODEL)
    assert "Promote 1.0" not in release(deployer, decision)
    page = deployer.see(MODEL).text
    assert "Stage production" in page
    assert "<blockquote>checked</blockquote>" in page


def test_who_may_not_promote_sees_no_button(site: Site) -> None:
    decision = a_version(site, "1.0", "aa")

    assert "Promote 1.0" not in release(site.reader(Role.AUDITOR), decision)


def test_a_promotion_from_what_is_no_longer_there_is_refused(site: Site) -> None:
    a_version(site, "1.0", "aa")
    a_version(site, "1.1", "bb")
    promote(site, "1.0", "nothing")

    answer = promote(site, "1.1", "nothing")

    assert answer.status_code == 409
    assert "Somebody was faster" in answer.text
    assert "changed while you read: load the page" in answer.text


def test_what_the_page_said_of_the_stage_must_come_with_the_form(site: Site) -> None:
    a_version(site, "1.0", "aa")

    assert promote(site, "1.0", "").status_code == 422


def test_lineage_is_drawn_from_what_was_registered(site: Site) -> None:
    a_version(site, "1.0", "aa")
    child = a_version(site, "1.1", "bb", parent="1.0")
    page = release(site.reader(), child)

    assert 'aria-label="made from acme/scorer:1.0; used by none"' in page


def test_lineage_is_drawn_three_steps_each_way_and_what_is_revoked_is_marked(site: Site) -> None:
    names = [f"1.{number}" for number in range(6)]
    made = [
        a_version(
            site, name, f"a{number}", 0.8, **({"parent": names[number - 1]} if number else {})
        )
        for number, name in enumerate(names)
    ]
    lead = site.world.token("gail@acme.example", Role.GOVERNANCE_LEAD)
    marked = site.app.test_client().post(
        f"/v1/releases/{made[1]['release']['digest']}/marks",
        json={"state": "revoked", "reason": "poisoned"},
        headers={"Authorization": f"Bearer {lead}"},
    )
    assert marked.status_code == 201, marked.text
    page = release(site.reader(), made[4])

    boxes = re.findall(r'<g class="([a-z- ]+)"><title>([^<]*)</title>', page)
    assert boxes == [
        ("lineage-box lineage-revoked", "acme/scorer:1.1: Revoked"),
        ("lineage-box lineage-clear", "acme/scorer:1.2"),
        ("lineage-box lineage-clear", "acme/scorer:1.3"),
        ("lineage-own lineage-clear", "acme/scorer:1.4"),
        ("lineage-box lineage-clear", "acme/scorer:1.5"),
    ]
    assert "used by acme/scorer:1.5; acme/scorer:1.1 is revoked" in page
    assert "acme/scorer:1.1 was made from acme/scorer:1.0" in page
    assert "There is more than is drawn" in page
    assert "There is more than is drawn" not in release(site.reader(), made[3])


def test_a_release_is_drawn_beside_the_one_on_the_stage(site: Site) -> None:
    first = a_version(site, "1.0", "aa", 0.8)
    second = a_version(site, "1.1", "bb", 0.9)
    promote(site, "1.0", "nothing")
    browser = site.reader()

    assert "Beside 1.0, which is on production" in release(browser, second)
    assert 'aria-label="before 0.8, now 0.9"' in release(browser, second)
    assert "Beside 1.0" not in release(browser, first)


def test_a_release_that_nobody_registered_has_no_lineage(site: Site) -> None:
    assert "<h2>Lineage</h2>" not in release(site.reader(), site.decide())


def test_models_are_listed_with_their_newest_version(site: Site) -> None:
    a_version(site, "1.0", "aa")
    a_version(site, "1.1", "bb")

    page = site.reader().see("/models").text
    assert "acme/scorer" in page
    assert ">1.1</td>" in page
    assert site.reader().see("/models/acme/none").status_code == 404


def test_a_refused_rollback_says_why(site: Site) -> None:
    a_version(site, "1.0", "aa")
    a_version(site, "1.1", "bb")
    promote(site, "1.0", "nothing")
    log = site.world.ports.log
    there = log.at_place("stage:acme/scorer:production")
    assert there is not None
    promote(site, "1.1", str(there.seq))
    now = log.at_place("stage:acme/scorer:production")
    assert now is not None
    fields = {"stage": "production", "seen": str(now.seq), "note": "worse"}

    answer = site.reader(Role.DEPLOYER).send(f"{MODEL}/rollbacks", MODEL, **fields)

    assert "without a signature" in answer.text
