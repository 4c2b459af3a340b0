"""Trace lineage: what a version was made from, and what was made from it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.domain.caller import Caller
from app.domain.entry import Entry
from app.domain.identity import tenancy
from app.domain.models import places, version
from app.domain.models.lineage import Edge, Lineage
from app.domain.models.places import ANY_REVISION
from app.domain.release import ModelVersion
from app.gate.models import ask
from app.ports import Log, Ports

MOST_EDGES = 1000
PIECE = 200


def lineage(model: ModelVersion, caller: Caller, ports: Ports) -> Lineage:
    """Follow a registered version both ways, as far as the caller's projects go.

    Raises NotFoundError, StoreError.
    """
    ask.version_of(model, caller, ports)
    start, seen = version.label(model), _Seen(caller, ports.log)
    up, is_up_whole = _walk(start, seen.bases, lambda edge: edge.base)
    down, is_down_whole = _down([start], seen)
    return Lineage(start, up, down, is_up_whole and is_down_whole)


def built_on(base_id: str, revision: str | None, caller: Caller, ports: Ports) -> Lineage:
    """Tell what was made from a model, registered here or not, directly and further down.

    Without a revision: from any of its revisions. Raises StoreError.
    """
    seen = _Seen(caller, ports.log)
    if revision is not None:
        name = f"{base_id}:{revision}"
        down, is_whole = _down([name], seen)
        return Lineage(name, (), down, is_whole)
    first = list(seen.edges(places.any_children(base_id)))
    further, is_whole = _down([edge.child for edge in first], seen)
    return Lineage(base_id, (), tuple(dict.fromkeys([*first, *further])), is_whole)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The edges that are the caller's to see: other projects' versions are not followed."""

    caller: Caller
    log: Log

    def bases(self, at: str) -> Iterable[Edge]:
        entry = self.log.at_place(places.version(at))
        if entry is None or not tenancy.may_see(self.caller, entry):
            return
        for base in version.bases(version.read(entry)):
            named = base.id if base.revision is None else f"{base.id}:{base.revision}"
            yield Edge(at, named, base.relation, base.revision is not None)

    def children(self, at: str) -> Iterable[Edge]:
        base_id, _, revision = at.rpartition(":")
        yield from self.edges(places.children(base_id, revision))
        yield from self.edges(places.children(base_id, ANY_REVISION))

    def edges(self, prefix: str) -> Iterable[Edge]:
        after = ""
        while page := self.log.places(prefix, after=after, limit=PIECE):
            for place, entry in page:
                if tenancy.may_see(self.caller, entry):
                    yield _edge(place, entry)
            after = page[-1][0]


def _down(starts: Iterable[str], seen: _Seen) -> tuple[tuple[Edge, ...], bool]:
    edges: dict[Edge, None] = {}
    is_whole = True
    for start in starts:
        found, is_found_whole = _walk(start, seen.children, lambda edge: edge.child)
        edges.update(dict.fromkeys(found))
        is_whole = is_whole and is_found_whole
    return tuple(edges), is_whole


def _walk(
    start: str, step: Callable[[str], Iterable[Edge]], other: Callable[[Edge], str]
) -> tuple[tuple[Edge, ...], bool]:
    # Breadth first, each model once: what others registered may go in circles.
    edges: list[Edge] = []
    seen, waiting = {start}, deque([start])
    while waiting:
        for edge in step(waiting.popleft()):
            if len(edges) == MOST_EDGES:
                return tuple(edges), False
            edges.append(edge)
            if other(edge) not in seen:
                seen.add(other(edge))
                waiting.append(other(edge))
    return tuple(edges), True


def _edge(place: str, entry: Entry) -> Edge:
    base, _, child = place.removeprefix("built_on:").rpartition("|")
    base_id, _, revision = base.rpartition(":")
    bases = version.bases(version.read(entry))
    stated = {(one.id, one.revision or ANY_REVISION): one for one in bases}
    is_exact = revision != ANY_REVISION
    relation = stated[base_id, revision].relation
    return Edge(child, base if is_exact else base_id, relation, is_exact)
