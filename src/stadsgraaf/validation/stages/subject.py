"""What is validated, with what the stages share."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import chain
from operator import is_
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from stadsgraaf.dataset import Dataset, Document
from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES, shorten
from stadsgraaf.turtle import undeclared
from stadsgraaf.validation import shacl
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.catalogue import Rule
from stadsgraaf.validation.deriving import derive_soon
from stadsgraaf.validation.finding import NO_TEXT, Finding, Span
from stadsgraaf.validation.focusing import Focus
from stadsgraaf.validation.nearness import Basis
from stadsgraaf.validation.places import Places
from stadsgraaf.validation.results import Outcome
from stadsgraaf.validation.scope import Scope
from stadsgraaf.validation.shapes import Shapes
from stadsgraaf.validation.standby import Standby
from stadsgraaf.validation.terms import Unknown, Vocabulary, is_slip, namespace_of, nearest

if TYPE_CHECKING:
    from stadsgraaf.validation.carrying import Carried

__all__ = ["Subject", "about", "cut", "unknown_message"]

_SH = PREFIXES["sh"]
_SHAPE_KINDS = frozenset({_SH + "NodeShape", _SH + "PropertyShape"})
_SHAPE_MARKS = frozenset(
    _SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)


@dataclass(frozen=True)
class Subject:
    """What is validated, with what the stages share.

    With ``advanced`` SHACL-AF is evaluated.
    ``notices`` tell what was not checked, and why. With a ``scope``, what it does not touch need not
    be looked at; with a ``focus`` SHACL judges no other things; what is ``carried`` it need not find
    again; stages that look at each file by itself look at ``files`` only. A process on ``standby``
    is ready to judge a few things. ``outcomes`` are what SHACL said, when it said so of all shapes.
    ``counted`` is told how many queries of a stage ran, of how many.
    """

    dataset: Dataset
    engine: str = "pyshacl"
    advanced: bool = False
    queries: tuple[Path, ...] = ()
    standards: tuple[Document, ...] = ()
    processes: int = 1
    released: tuple[Quad, ...] | None = None
    source: Path | None = None
    notices: list[Text] = field(default_factory=list)
    scope: Scope | None = None
    focus: Focus | None = None
    carried: "Carried | None" = None
    files: frozenset[str] | None = None
    standby: Standby | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    counted: Callable[[int, int], None] = lambda *_: None

    @cached_property
    def places(self) -> Places:
        """Where things stand."""
        return Places(self.dataset.documents, self.prefixes)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefixes to shorten IRIs with."""
        bound = {document.turtle.prefixes.get("") for document in self.dataset.documents} - {None}
        # the empty prefix says the same to everybody when all files mean the same by it
        (only,) = bound if len(bound) == 1 else (None,)
        return dict(PREFIXES) | self.dataset.prefixes | ({"": only} if only else {})

    @cached_property
    def unread(self) -> frozenset[str]:
        """IRIs in statements that could not be read.

        A prefix that its file does not declare means what it means in the others.
        """
        found = {iri for document in self.dataset.documents for iri in document.turtle.unread}
        names = {iri: undeclared(iri) for iri in found}
        return frozenset(
            iri if name is None else self.prefixes.get(name[0], "") + name[1]
            for iri, name in names.items()
        )

    @property
    def query_files(self) -> list[Path]:
        """Every file with a query whose header could be read."""
        dataset = self.dataset
        return [*(query.path for query in (*dataset.queries, *dataset.rules)), *self.queries]

    @property
    def is_whole(self) -> bool:
        """Whether of every file it could be read at least which things it speaks of."""
        # what could not even be opened has no line
        return all(fault.members.get("line", 1) for fault in self.dataset.faults) and not any(
            document.turtle.faults and not document.turtle.triples and not document.turtle.text
            for document in self.dataset.documents
        )

    @cached_property
    def triples(self) -> list[Triple]:
        """The data graph: the union of all graphs with what rules add.

        Shapes and queries are not data: they are checked as what they are.
        """
        derive_soon(self.dataset)
        return self.dataset.data_triples

    @cached_property
    def data(self) -> shacl.Data:
        """The same in the forms that engines want."""
        return shacl.Data(self.triples, self.counted)

    def part(self, basis: Basis | None) -> shacl.Data:
        """What of the data something rests on."""
        near = None if basis is None else basis.triples
        if near is None:
            return self.data
        found = [triple for triple in self.triples if triple in near]
        return shacl.Data(found, self.counted, self.standby)

    @cached_property
    def shape_documents(self) -> list[Document]:
        """The files that hold shapes: those of the folder for shapes, else any with shapes."""
        documents = self.dataset.documents
        own = [document for document in documents if document.role == "shapes"]
        found = own or [document for document in documents if _has_shapes(document)]
        return [*found, *self.standards]

    @cached_property
    def shapes(self) -> Shapes:
        """What the shapes say."""
        return Shapes(self.shape_documents, self.prefixes)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What is declared."""
        dataset = self.dataset
        derive_soon(dataset)
        written = (t for document in dataset.documents for t in document.turtle.triples)
        graphs = {document.graph.value for document in dataset.documents}
        graphs |= {getattr(quad.graph_name, "value", "") for quad in dataset.derived}
        described = (document.turtle.described for document in dataset.documents)
        added = {
            quad.subject.value for quad in dataset.derived if isinstance(quad.subject, NamedNode)
        }
        declared = self.unread.union(graphs, added, *described)
        return Vocabulary(chain(written, dataset.derived), dataset.base_iri, declared)

    @cached_property
    def _used(self) -> dict[str, set[str]]:
        """Every name in the data, by namespace."""
        found: dict[str, set[str]] = defaultdict(set)
        for triple in self.triples:
            for term in (triple.subject, triple.predicate, triple.object):
                if isinstance(term, NamedNode):
                    found[namespace_of(term.value)].add(term.value)
        return found

    def nearly_used(self, iri: str) -> str:
        """The name in the data that one which is not there was probably meant for, or nothing.

        A dataset with a namespace of its own says what is declared in it.
        """
        space = namespace_of(iri)
        if self.dataset.base_iri is not None or iri == space or space in PREFIXES.values():
            return ""
        if space in self._used:
            names = self._used[space]
            return "" if iri in names or self.vocabulary.is_declared(iri) else nearest(iri, names)
        other = next((one for one in self._used if one != space and is_slip(space, one)), "")
        return other + iri[len(space) :] if other else ""

    def share_shapes(self, other: "Subject") -> None:
        """Take what the shapes say from another subject, when they are the same."""
        mine, others = self.shape_documents, other.shape_documents
        same = len(mine) == len(others) and all(map(is_, mine, others))
        if same and mine and self.prefixes == other.prefixes:
            vars(self)["shapes"] = other.shapes

    def within(self, scope: Scope | None, carried: "Carried | None" = None) -> "Subject":
        """The same with another scope, and with all that is known of it already."""
        return self._knowing(replace(self, scope=scope, carried=carried))

    def looking_at(self, files: frozenset[str] | None) -> "Subject":
        """The same with other files to look at, and with all that is known of it already."""
        return self._knowing(replace(self, files=files))

    def _knowing(self, made: "Subject") -> "Subject":
        given = {one.name for one in fields(self)}
        vars(made).update({name: value for name, value in vars(self).items() if name not in given})
        return made

    def learn_subjects(self, places: Iterable[tuple[int, int]]) -> None:
        """Let ``places`` know the subjects of these triples, by document and triple."""
        documents = self.dataset.documents
        subjects = (documents[number].turtle.triples[index].subject for number, index in places)
        self.places.learn(s for s in subjects if not isinstance(s, Triple))

    def path_of(self, path: Path) -> str:
        """A path below the root, with forward slashes."""
        root = self.dataset.root
        inside = path.is_relative_to(root) and path != root
        return (path.relative_to(root) if inside else Path(path.name)).as_posix()


def _has_shapes(document: Document) -> bool:
    return any(
        triple.predicate.value in _SHAPE_MARKS
        or (isinstance(triple.object, NamedNode) and triple.object.value in _SHAPE_KINDS)
        for triple in document.turtle.triples
    )


def cut(text: str, length: int = 80) -> str:
    """A text of a readable length."""
    return text if len(text) <= length else text[: length - 1] + "…"


def about(  # noqa: PLR0913 – a finding has many parts
    subject: Subject,
    found: Rule,
    span: Span,
    message: Text,
    *,
    focus: Term | Triple,
    path: str = "",
    value: Term | None = None,
    mend: Text | None = None,
    meant: str = "",
) -> Finding:
    """A finding of a built-in rule about a thing."""
    places = subject.places
    thing = focus if isinstance(focus, NamedNode | BlankNode | Literal) else None
    told = found.finding(
        span=span,
        message=message,
        value="" if value is None else str(value),
        excerpt=places.excerpt(span),
        meant=meant,
    )
    return replace(
        told,
        mend=mend or told.mend,
        focus=str(focus),
        thing=places.label(thing) if thing is not None else NO_TEXT,
        curie=places.curie(thing) if thing is not None else "",
        path=path,
        stable_focus=places.stable(thing) if thing is not None else "",
    )


def unknown_message(subject: Subject, name: str, unknown: Unknown) -> Text:
    """What is wrong with a name, and which was perhaps meant."""
    if unknown.foreign:
        text = Text(
            f"{name} is no term of its vocabulary.", f"{name} is geen term van zijn vocabulaire."
        )
    else:
        text = Text(
            f"Nothing declares or describes {name}.", f"Niets declareert of beschrijft {name}."
        )
    if not unknown.near:
        return text
    near = shorten(unknown.near, subject.prefixes)
    return Text(f"{text.en} Did you mean {near}?", f"{text.nl} Bedoelde u {near}?")
