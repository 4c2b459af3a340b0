"""Measure admission: `python -m bench.admission`, 200 reviews a second for a while.

Reviews are sent at their time, whether the gate has answered the earlier ones or not, and each
takes as long as from its time until its answer: waiting counts. Half are about objects that
the gate has not seen (which it records), half about some that it has.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from prometheus_client.parser import text_string_to_metric_families

from app.cli.client import Client
from app.demo import play
from app.demo.example_releases import Example
from app.demo.play import Stage
from app.demo.running_gate import running_gate
from bench.decisions import posting_any, say

RATE = 200
"""Reviews a second."""
SECONDS = 15
WARM_UP = 200
CONNECTIONS = 12
PATH = "/v1/enforcement/kubernetes/admission/production/eu-1"
REFERENCE = "oci://registry.example/support-router@sha256:" + "ab" * 32


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as scratch:
        folder = Path(scratch)
        stage = play.set_up(folder)
        with running_gate(stage.environment, folder / "gate.log") as gate:
            release(gate, stage)
            at_a_rate(gate, stage.tokens["submitter"], stage.tokens["auditor"])


def release(gate: str, stage: Stage) -> None:
    """Have the demo's first release decided and approved, under a reference."""
    example = Example.read().releases[0]
    submitted = {**play.submission(example, stage), "references": [REFERENCE]}
    client = Client(gate, stage.tokens["submitter"])
    waiting = client.post("/v1/decisions", submitted)
    for role in example.approved_by:
        vote = {"release_digest": waiting["release"]["digest"], "vote": "approve"}
        Client(gate, stage.tokens[role]).post("/v1/approvals", vote)
    client.post("/v1/decisions", submitted)


def at_a_rate(gate: str, token: str, auditor: str) -> None:
    """Send reviews at their times from a few connections, and tell how long answers took."""
    count = RATE * SECONDS
    local = threading.local()
    bodies = [json.dumps(review(number)).encode() for number in range(count + WARM_UP)]

    def ask(body: bytes) -> bytes:
        if not hasattr(local, "posts"):
            local.posts = posting_any(gate, PATH, token)
        answer: bytes = local.posts(body)
        return answer

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(ask, bodies[:WARM_UP]))
        before = in_the_service(gate, auditor)
        started = time.perf_counter() + 0.1
        sent = [
            pool.submit(timed_from, ask, body, started + place / RATE)
            for place, body in paced(bodies[WARM_UP:], started)
        ]
        answered = [one.result() for one in sent]
    took = time.perf_counter() - started
    times = [seconds for seconds, _ in answered]
    refused = sum(b'"allowed":true' not in content for _, content in answered)
    late = statistics.quantiles(times, n=1000)
    say(
        f"{'admission reviews a second':34}{count / took:8.0f}  asked for {RATE}, {refused} refused"
    )
    say(
        f"{'an admission review over HTTP':34}p50 {statistics.median(times) * 1e3:6.2f} ms  "
        f"p99 {late[989] * 1e3:6.2f} ms  p99.9 {late[998] * 1e3:6.2f} ms"
    )
    tell_service(before, in_the_service(gate, auditor))


def in_the_service(gate: str, token: str) -> dict[float, float]:
    """Read from the gate's own metrics how many reviews it answered within how many seconds."""
    headers = {"Authorization": f"Bearer {token}"}
    with urlopen(Request(f"{gate}/metrics", headers=headers), timeout=30) as answer:  # noqa: S310 - the gate that this started
        families = text_string_to_metric_families(answer.read().decode())
    return {
        float(sample.labels["le"]): sample.value
        for family in families
        for sample in family.samples
        if sample.name == "countersign_request_seconds_bucket"
        and "/admission/" in sample.labels["route"]
    }


def tell_service(before: Mapping[float, float], after: Mapping[float, float]) -> None:
    """Tell how long reviews took in the gate itself, by the bounds of its metrics."""
    answered = {bound: count - before.get(bound, 0) for bound, count in sorted(after.items())}
    total = answered[float("inf")]
    p50, p99 = (
        next(bound for bound, count in answered.items() if count >= share * total)
        for share in (0.5, 0.99)
    )
    within = f"{answered[0.02] / total:.2%} within 20 ms"
    title, bounds = "the same in the service", (p50 * 1e3, p99 * 1e3)
    say(f"{title:34}p50 under {bounds[0]:.0f} ms  p99 under {bounds[1]:.0f} ms  {within}")


def paced(bodies: list[bytes], started: float) -> Iterator[tuple[int, bytes]]:
    """Give each body when its time has come."""
    for place, body in enumerate(bodies):
        wait = started + place / RATE - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        yield place, body


def timed_from(ask: Callable[[bytes], bytes], body: bytes, due: float) -> tuple[float, bytes]:
    """Ask, and tell how long after its time the answer was there."""
    content = ask(body)
    return time.perf_counter() - due, content


def review(number: int) -> Mapping[str, Any]:
    """Make the review of a pod with a server of models, as clusters send it."""
    name = f"router-{number}" if number % 2 else f"router-{number % 20}"
    container = {
        "name": "main",
        "image": "vllm/vllm-openai:v0.11.0",
        "command": ["vllm", "serve", "/mnt/models"],
        "args": ["--port", "8080", "--served-model-name", "router"],
        "env": [{"name": f"SETTING_{n}", "value": "x" * 30} for n in range(30)],
        "volumeMounts": [{"name": "model", "mountPath": "/mnt/models"}],
        "resources": {"limits": {"cpu": "4", "memory": "16Gi", "nvidia.com/gpu": "1"}},
    }
    image = {"reference": REFERENCE.removeprefix("oci://"), "pullPolicy": "IfNotPresent"}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "team-a", "labels": {"app": "router"}},
        "spec": {"containers": [container], "volumes": [{"name": "model", "image": image}]},
    }
    request = {
        "uid": f"705ab4f5-6393-11e8-b7cc-{number:012}",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "operation": "CREATE",
        "namespace": "team-a",
        "name": name,
        "userInfo": {"username": "system:serviceaccount:kube-system:replicaset-controller"},
        "object": pod,
        "oldObject": None,
        "dryRun": False,
    }
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


if __name__ == "__main__":
    main()
