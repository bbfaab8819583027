"""A process that validates RDF which somebody posted against the shapes of a release, and ends.

Run as ``python -m stadsgraaf.validation.service``. On stdin: a line of JSON (an `Order`), then the
RDF. On stdout: a line of JSON (a `Verdict`), then the report. It gives up the network and most of
its memory before it reads a byte of what strangers wrote; time is the caller's business.
"""

import json
import os
import resource
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse, serialize

from stadsgraaf import turtle
from stadsgraaf.dataset import Dataset, Document, Role
from stadsgraaf.errors import Language
from stadsgraaf.guarding import confine
from stadsgraaf.validation import Finding, Options, Report, validate
from stadsgraaf.validation.focusing import Focus
from stadsgraaf.validation.serialisations import read

__all__ = ["Order", "Verdict", "main"]

_STAGES: Final = ("syntax", "lexical", "shacl")
_POSTED: Final = Path("posted")
_ENDINGS: Final = {
    "text/turtle": ".ttl",
    "application/n-triples": ".nt",
    "application/n-quads": ".nq",
    "application/trig": ".trig",
    "application/rdf+xml": ".rdf",
    "application/ld+json": ".jsonld",
}


@dataclass(frozen=True)
class Order:
    """What to do: ``data`` are the N-Quads of a release, the graphs are IRIs in it.

    ``context`` are graphs that the posted RDF may refer to; ``prefixes`` shorten IRIs in the
    report; ``memory_mib`` is in MiB.
    """

    data: str
    shapes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    context: tuple[str, ...]
    prefixes: dict[str, str]
    media_type: str
    base_iri: str
    form: str
    language: Language
    memory_mib: int


@dataclass(frozen=True)
class Verdict:
    """What came of it. ``faults`` are syntax errors: then there is no report."""

    conforms: bool = False
    counts: dict[str, int] | None = None
    faults: tuple[dict[str, Any], ...] = ()


def main() -> None:
    """Do what stdin says."""
    order = Order(**json.loads(sys.stdin.buffer.readline()))
    body = sys.stdin.buffer.read()
    published = list(_published(order))
    confine(order.memory_mib, resource.RLIMIT_AS)
    posted, faults = _posted(order, body)
    if faults:
        _tell(Verdict(faults=tuple(faults)), b"")
        return
    options = Options(stages=_STAGES, focus=_mentioned(posted))
    report = _about_posted(validate(_dataset(posted, published), options))
    counts = {severity.value: number for severity, number in report.counts.items()}
    text = report.render(order.form, **_options(order))
    _tell(Verdict(report.conforms, counts), text.encode())


def _options(order: Order) -> dict[str, Language]:
    # JSON and Turtle hold both languages
    return {} if order.form in {"json", "turtle"} else {"language": order.language}


def _published(order: Order) -> Iterator[Document]:
    """The graphs of the release that count, as documents."""
    roles: dict[str, Role] = {
        **dict.fromkeys(order.context, "data"),
        **dict.fromkeys(order.vocabulary, "vocabulary"),
        **dict.fromkeys(order.shapes, "shapes"),
    }
    found: dict[str, list[Quad]] = {iri: [] for iri in roles}
    for quad in parse(path=order.data, format=RdfFormat.N_QUADS):
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value in found:
            found[quad.graph_name.value].append(quad)
    for number, (iri, quads) in enumerate(found.items()):
        yield _document(Path(f"{number}.ttl"), NamedNode(iri), roles[iri], quads, order.prefixes)


def _document(
    path: Path, graph: NamedNode, role: Role, quads: Iterable[Quad], prefixes: Mapping[str, str]
) -> Document:
    triples = (Triple(quad.subject, quad.predicate, quad.object) for quad in quads)
    text = serialize(triples, format=RdfFormat.TURTLE, prefixes=dict(prefixes)) or b""
    read_again = turtle.read(path, text=text.decode(), blank_prefix=f"b{path.stem}")
    return Document(path, graph, role, read_again)


def _posted(order: Order, body: bytes) -> tuple[Document, list[dict[str, Any]]]:
    with tempfile.TemporaryDirectory(prefix="posted-") as folder:
        path = Path(folder, f"{_POSTED}{_ENDINGS[order.media_type]}")
        path.write_bytes(body)
        found = read(path, base_iri=order.base_iri, blank_prefix="posted", confined=True)
    name = Path(path.name)
    document = Document(name, NamedNode(f"{order.base_iri}#posted"), "data", found)
    faults = [
        {
            "line": fault.members["line"],
            "column": fault.members["column"],
            "reason": fault.detail(order.language).partition(": ")[2],
        }
        for fault in found.faults
    ]
    return document, faults


def _mentioned(posted: Document) -> Focus:
    """The nodes that are spoken of: nothing is told of others."""
    return Focus(
        frozenset(
            node
            for triple in posted.turtle.triples
            for node in (triple.subject, triple.object)
            if not isinstance(node, Triple)
        )
    )


def _dataset(posted: Document, published: list[Document]) -> Dataset:
    return Dataset(root=Path(), documents=[*published, posted])


def _about_posted(report: Report) -> Report:
    """The findings that stand in what was posted; those of the release are its own business."""
    findings = (one for finding in report.findings for one in _told_of_posted(finding))
    return replace(report, findings=tuple(findings), files=1)


def _told_of_posted(finding: Finding) -> Sequence[Finding]:
    """What of a mistake stands in what was posted; by itself when what leads stands elsewhere."""
    also = tuple(one for one in finding.also if _is_posted(one))
    return [replace(finding, also=also)] if _is_posted(finding) else also


def _is_posted(finding: Finding) -> bool:
    return Path(finding.span.file).stem == _POSTED.name


def _tell(verdict: Verdict, text: bytes) -> None:
    line = json.dumps(asdict(verdict), ensure_ascii=False)
    sys.stdout.buffer.write(line.encode() + b"\n" + text)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
    os._exit(0)  # giving back the memory piece by piece would take long
