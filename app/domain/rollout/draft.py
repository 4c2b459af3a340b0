"""Policies as their author works on them: what a draft says, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.decision import Verdict


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """The active policies with one file written anew."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """What an author says of a package or a rule."""

    path: str
    row: int
    title: str
    description: str
    code: str
    remedy: str
    is_package: bool


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something in the way of a draft, at its place."""

    path: str
    row: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Lines of one file, counted from 1, that were and were not evaluated."""

    covered: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What a draft says of one input; a verdict, unless something is in its way."""

    complaints: tuple[Complaint, ...]
    verdict: Verdict | None
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class FailedTest:
    """A test that did not pass."""

    name: str
    path: str
    row: int


@dataclass(frozen=True, slots=True)
class Tested:
    """What the tests of the policies say of a draft."""

    complaints: tuple[Complaint, ...]
    passed: int
    failed: tuple[FailedTest, ...]
    coverage: Coverage
    """Of the file that was written anew."""
