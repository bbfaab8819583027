"""What the rules of a dataset add, asked of those triples only that they read."""

from pyoxigraph import Quad

from stadsgraaf.dataset import Dataset, derive
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.reads import reads_of_query

__all__ = ["derive_soon"]

_TYPE = PREFIXES["rdf"] + "type"


def derive_soon(dataset: Dataset) -> None:
    """Derive what a dataset derives, unless that is done: it is the same, and takes less."""
    if "derived" in vars(dataset):
        return
    reads = [reads_of_query(rule.sparql, {}) for rule in dataset.rules]
    if any(one.everything for one in reads):
        return
    names = {_TYPE}.union(*(one.iris for one in reads))
    asserted = (
        Quad(triple.subject, triple.predicate, triple.object, document.graph)
        for document in dataset.documents
        for triple in document.turtle.triples
        if triple.predicate.value in names
    )
    found = derive(asserted, dataset.rules, dataset.queries, dataset.base_iri)
    vars(dataset)["derived"] = list(found)
