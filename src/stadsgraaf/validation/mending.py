"""A dataset as it was meant: names that are misspelt are read as the names that they stand for.

One slip in a name would else show as many findings: a label that is missing, a class that nobody
declares, a concept that belongs to no scheme. The slip itself stays a finding, so a dataset that
needed mending never conforms; what is wrong besides is found as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Triple

from stadsgraaf.dataset import Dataset, Document
from stadsgraaf.validation.finding import Finding

__all__ = ["as_meant"]


def as_meant(dataset: Dataset, findings: Iterable[Finding]) -> Dataset:
    """The dataset with the names that the findings of ``term/`` rules take to be meant."""
    names: dict[str, str] = {}
    spaces: dict[str, dict[str, str]] = {}
    for finding in findings:
        if finding.meant and finding.name.startswith("term/") and finding.name != "term/slip":
            iri = finding.value[1:-1]
            if finding.name == "term/namespace":
                spaces.setdefault(finding.span.file, {})[iri] = finding.meant
            else:
                names[iri] = finding.meant
    if not names and not spaces:
        return dataset
    documents = [
        _mended(document, names, spaces.get(document.path.as_posix(), {}))
        for document in dataset.documents
    ]
    return replace(dataset, documents=documents)


def _mended(document: Document, names: Mapping[str, str], spaces: Mapping[str, str]) -> Document:
    known: dict[NamedNode, NamedNode] = {}

    def meant(node: NamedNode) -> NamedNode:
        found = known.get(node)
        if found is None:
            iri = names.get(node.value, node.value)
            for wrong, right in spaces.items():
                if iri.startswith(wrong):
                    iri = right + iri[len(wrong) :]
            found = known[node] = NamedNode(iri)
        return found

    def mended(triple: Triple) -> Triple:
        subject, thing = triple.subject, triple.object
        if spaces and isinstance(subject, NamedNode):
            subject = meant(subject)
        if isinstance(thing, NamedNode):
            thing = meant(thing)
        elif isinstance(thing, Literal) and not thing.language and thing.datatype.value in names:
            thing = Literal(thing.value, datatype=meant(thing.datatype))
        return Triple(subject, meant(triple.predicate), thing)

    triples = [mended(triple) for triple in document.turtle.triples]
    return replace(document, turtle=replace(document.turtle, triples=triples))
