"""What the JSON files of a release hold. Who writes one and who reads it share its shape here.

Texts map a language tag to the text. What a record may lack is `NotRequired`, or the whole of it
``total=False``, as an older version or a store of others leaves it out.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

__all__ = [
    "ClassCount",
    "Count",
    "FileRecord",
    "FindingRecord",
    "LinksetRecord",
    "ReportRecord",
    "RuleRecord",
    "SpanRecord",
    "StatisticsRecord",
    "SurveyRecord",
    "Tombstone",
]


class FileRecord(TypedDict):
    """A file of the release, in ``manifest.json``: its size in bytes, and its SHA-256 in hex."""

    bytes: int
    sha256: str


class SurveyRecord(TypedDict):
    """What was asked of a store of others, in ``manifest.json``; see `Manifest`."""

    release: str
    is_named: bool
    left_out: Sequence[Mapping[str, str]]


class Count(TypedDict):
    """How often a class has instances, or a property is used."""

    iri: str
    count: int


class ClassCount(Count):
    """The same of a class, with the properties of its instances."""

    properties: Sequence[Count]


class LinksetRecord(TypedDict):
    """Links by one property to one host; see `metadata.Linkset`."""

    name: str
    property: str
    host: str
    space: str
    triples: int


class StatisticsRecord(TypedDict):
    """``statistics.json``: triples by graph, instances by class, uses by property, the most first.

    ``kinds`` has the properties all of whose values are of one kind, and the kind.
    """

    triples: int
    subjects: NotRequired[int]
    objects: NotRequired[int]
    graphs: Mapping[str, int]
    classes: Sequence[ClassCount]
    properties: Sequence[Count]
    kinds: NotRequired[Mapping[str, str]]
    linksets: NotRequired[Sequence[LinksetRecord]]


class SpanRecord(TypedDict, total=False):
    """A place in a file; lines and columns begin at 1."""

    file: str
    line: int
    column: int
    endLine: int
    endColumn: int


class FindingRecord(SpanRecord, total=False):
    """A finding in a report; what is empty is left out. ``details`` and ``also`` are findings too."""

    rule: str
    name: str
    severity: str
    message: Mapping[str, str]
    reason: Mapping[str, str]
    mend: Mapping[str, str]
    engine: str
    focus: str
    label: Mapping[str, str]
    curie: str
    path: str
    value: str
    meant: str
    shape: str
    component: str
    declared: SpanRecord
    fingerprint: str
    details: "Sequence[FindingRecord]"
    also: "Sequence[FindingRecord]"


class ReportRecord(TypedDict, total=False):
    """``report.json``; of a release that was not validated no more than ``validated`` and ``reason``."""

    validated: bool
    reason: str
    format: int
    conforms: bool
    complete: bool
    counts: Mapping[str, int]
    files: int
    triples: int
    passed: int
    suppressed: int
    skipped: Sequence[str]
    notices: Sequence[Mapping[str, str]]
    failures: Sequence[Mapping[str, str]]
    findings: Sequence[FindingRecord]


class RuleRecord(TypedDict):
    """A built-in rule in ``rules.json``; see `validation.catalogue.Rule`."""

    name: str
    iri: str
    severity: str
    title: Mapping[str, str]
    why: Mapping[str, str]
    mend: Mapping[str, str]
    before: NotRequired[str]
    source: NotRequired[str]
    beside: NotRequired[str]
    encoding: NotRequired[str]
    unprovoked: NotRequired[Mapping[str, str]]
    good: str
    bad: str
    query: str


class Tombstone(TypedDict, total=False):
    """What the dataset says, in ``moved.json``, of a thing that moved or ended."""

    replaced_by: str
    note: Mapping[str, str]
