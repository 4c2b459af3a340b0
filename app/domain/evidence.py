"""Evidence in one honest form: what a model card or an evaluation report says.

Every number is finite and keeps where it was read; what is absent is None here and is left
out of the policy input, so that a rule which needs it denies. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.digest import Digest


class ReadingStatus(StrEnum):
    """Whether evidence could be read."""

    READ = "read"
    UNREADABLE = "unreadable"
    UNKNOWN_FORMAT = "unknown_format"


class Direction(StrEnum):
    """Which way a metric gets better."""

    HIGHER = "higher"
    LOWER = "lower"
    TARGET = "target"
    UNKNOWN = "unknown"


class Unit(StrEnum):
    """What a metric's value counts."""

    FRACTION = "fraction"
    PERCENT = "percent"
    SCORE = "score"
    LOSS = "loss"
    SECONDS = "seconds"
    COUNT = "count"
    P_VALUE = "p_value"
    OTHER = "other"


class ResultStatus(StrEnum):
    """Whether a result has a value that can be compared."""

    OK = "ok"
    MISSING = "missing"
    NOT_FINITE = "not_finite"
    NOT_NUMERIC = "not_numeric"
    ERRORED = "errored"
    OUT_OF_SCALE = "out_of_scale"
    """A number, but not certainly on the metric's scale: 0.9 or 0.9 percent?"""


class RunStatus(StrEnum):
    """Whether the evaluation ran to its end over the whole data set."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SliceRole(StrEnum):
    """What part of the data a result speaks of."""

    OVERALL = "overall"
    GROUP = "group"
    PERTURBATION = "perturbation"
    SUBTASK = "subtask"
    CATEGORY = "category"


class SectionState(StrEnum):
    """What stands in one section of a model card."""

    PRESENT = "present"
    PLACEHOLDER = "placeholder"
    ABSENT = "absent"
    UNPARSED = "unparsed"


class Binding(StrEnum):
    """How firmly a report itself is bound to the release, strongest first.

    That it is attested, or about the revision that was built, is for policy to say, which
    knows who may state what.
    """

    DIGEST_MATCH = "digest_match"
    DECLARED = "declared"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class QualityFlag:
    """Something that a reader noticed: an upper-case code, a JSON Pointer, a detail."""

    code: str
    at: str
    detail: str


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How far a value may be off: standard error, and the bounds of an interval at `level`."""

    method: str
    """reported_stderr, wilson, clopper_pearson, bootstrap, normal or reported_ci."""
    computed_by: str
    """tool or gate."""
    stderr: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    level: float | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """What was measured: an identifier from the metric registry, and how it is read."""

    id: str
    native_name: str
    unit: Unit
    direction: Direction
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set by its id, with split and revision where the source names them."""

    id: str
    split: str | None = None
    revision: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """One result: a metric on a data set (or a slice of it), with n and uncertainty."""

    dataset: Dataset
    metric: Metric
    status: ResultStatus
    value: float | None
    """Finite; None exactly when status is not ok."""
    value_native: float | str | None
    n: int | None
    successes: int | None
    uncertainty: Uncertainty | None
    slice: Mapping[str, str]
    slice_role: SliceRole
    is_aggregate: bool
    at: str
    """JSON Pointer into the file it was read from."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report says it evaluated."""

    name: str | None
    revision: str | None
    sha256: Digest | None


@dataclass(frozen=True, slots=True)
class Run:
    """How the evaluation went; times are seconds since the epoch."""

    status: RunStatus
    started_at: int | None
    finished_at: int | None
    samples_expected: int | None
    samples_scored: int | None
    samples_errored: int | None


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """One evaluation report, read from the tool's own file."""

    format: str
    tool: str
    tool_version: str | None
    subject: Subject
    run: Run
    judge: str | None
    results: tuple[Measurement, ...]
    quality: tuple[QualityFlag, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores by sample of one metric on one data set, to be paired by sample id."""

    dataset: str
    metric: str
    params: Mapping[str, str]
    by_sample: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a model card: whether it says something, and how much."""

    state: SectionState
    chars: int
    native_heading: str | None
    at: str


@dataclass(frozen=True, slots=True)
class License:
    """A licence by identifier: of SPDX, of the Hugging Face Hub, or the owner's own."""

    id: str
    scheme: str
    """spdx, hf or custom."""
    name: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A model that this one was made from."""

    id: str
    relation: str | None
    revision: str | None
    license: str | None


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model card. Sections are keyed by intended_use, limitations, training_data, ..."""

    format: str
    name: str | None
    version: str | None
    license: License | None
    owners: tuple[str, ...]
    base_models: tuple[BaseModel, ...]
    datasets: tuple[Dataset, ...]
    languages: tuple[str, ...]
    task: str | None
    library: str | None
    sections: Mapping[str, Section]
    reported_results: tuple[Measurement, ...]
    quality: tuple[QualityFlag, ...]


SECTIONS = (
    "intended_use",
    "out_of_scope",
    "limitations",
    "training_data",
    "evaluation",
    "ethical_considerations",
    "human_oversight",
    "monitoring",
)
"""The sections that every card reader reports, absent ones too."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Evidence that could not be read, and why: a fact for policy, not an error."""

    status: ReadingStatus
    message: str


@dataclass(frozen=True, slots=True)
class CardReading:
    """What came of reading the model card with this digest."""

    sha256: Digest
    card: ModelCard | Unread


@dataclass(frozen=True, slots=True)
class ReportReading:
    """What came of reading the evaluation report with this digest."""

    sha256: Digest
    report: EvaluationReport | Unread
    binding: Binding
