"""The description of a dataset, from what people wrote of it and what was measured of it.

Names are lasting: a dataset that declares a namespace is called the same wherever it is served.
Addresses are those of the host that serves it: whoever reads ``dcat:downloadURL`` can take the
file there, on a laptop as well as behind the lasting address.
"""

from collections.abc import Sequence
from itertools import pairwise

from pyoxigraph import NamedNode, Quad, Triple

from stadsgraaf.metadata import dcat, void
from stadsgraaf.metadata.profile import Names, Profile, Statements, iri, text
from stadsgraaf.metadata.quality import quality
from stadsgraaf.metadata.ranges import say_what_values_are

__all__ = ["description", "inherent"]


def description(
    profile: Profile, root: str, versions: Sequence[tuple[str, str]] = ()
) -> list[Triple]:
    """The whole description, as served at ``root``: a URL without a slash at its end.

    ``versions`` are the identifiers of the releases, the latest first, each with when it was
    published: UTC, ISO 8601.
    """
    names, said = Names(profile, root), Statements()
    dcat.catalogue(said, names, profile)
    void.counts(said, names.dataset, profile.statistics)
    void.access(said, names, profile)
    void.partitions(said, names.dataset, profile.statistics, nested=True)
    void.subsets(said, names, profile)
    void.linkset(said, names, profile)
    quality(said, names, profile)
    _chain(said, names, versions)
    said.add(names.document, "rdf:type", iri("void:DatasetDescription"), iri("foaf:Document"))
    said.add(names.document, "foaf:primaryTopic", names.dataset)
    said.add(names.document, "foaf:topic", names.catalogue)
    say_what_values_are(said, profile.written)
    return list(dict.fromkeys([*profile.written, *said.triples]))


def inherent(profile: Profile, root: str, graph: NamedNode) -> Sequence[Quad]:
    """What of the description is part of the dataset itself, in a named graph.

    That is all but what depends on the bytes of the dumps, which hold the dataset: sizes and
    checksums. ``root`` is the lasting address.
    """
    names, said = Names(profile, root), Statements()
    dcat.catalogue(said, names, profile)
    void.counts(said, names.dataset, profile.statistics)
    void.partitions(said, names.dataset, profile.statistics, nested=False)
    void.linkset(said, names, profile)
    written = set(profile.written)
    return [
        Quad(triple.subject, triple.predicate, triple.object, graph)
        for triple in said.triples
        if triple not in written
    ]


def _chain(said: Statements, names: Names, versions: Sequence[tuple[str, str]]) -> None:
    """The releases, each a revision of the one before it; all can still be asked for.

    PROV-O, https://www.w3.org/TR/prov-o/#wasRevisionOf
    """
    nodes = [names.at(f"/data?release={identifier}") for identifier, _ in versions]
    for node, (identifier, at) in zip(nodes, versions, strict=True):
        said.add(node, "rdf:type", iri("prov:Entity"))
        said.add(node, "prov:specializationOf", names.dataset)
        said.add(node, "dct:identifier", text(identifier))
        if at:
            said.add(node, "prov:generatedAtTime", text(at, "dateTime"))
    for newer, older in pairwise(nodes):
        said.add(newer, "prov:wasRevisionOf", older)
