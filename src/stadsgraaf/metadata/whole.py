"""The description of a dataset, from what people wrote of it and what was measured of it.

Names are lasting: a dataset that declares a namespace is called the same wherever it is served.
Addresses are those of the host that serves it: whoever reads ``dcat:downloadURL`` can take the
file there, on a laptop as well as behind the lasting address.
"""

from collections.abc import Sequence

from pyoxigraph import NamedNode, Quad, Triple

from stadsgraaf.metadata import dcat, void
from stadsgraaf.metadata.profile import Names, Profile, Statements, iri
from stadsgraaf.metadata.quality import quality

__all__ = ["description", "inherent"]


def description(profile: Profile, root: str) -> list[Triple]:
    """The whole description, as served at ``root``: a URL without a slash at its end."""
    names, said = Names(profile, root), Statements()
    dcat.catalogue(said, names, profile)
    void.counts(said, names.dataset, profile.statistics)
    void.access(said, names, profile)
    void.partitions(said, names.dataset, profile.statistics, nested=True)
    void.subsets(said, names, profile)
    void.linkset(said, names, profile)
    quality(said, names, profile)
    said.add(names.document, "rdf:type", iri("void:DatasetDescription"), iri("foaf:Document"))
    said.add(names.document, "foaf:primaryTopic", names.dataset)
    said.add(names.document, "foaf:topic", names.catalogue)
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
