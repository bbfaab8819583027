"""The graph as it is published, and its claims, read without any rule or query."""

from collections.abc import Mapping

import pytest
from pyoxigraph import NamedNode
from reading import SG, ClaimRead, Described, read_claim

from stadsgraaf.dataset import Dataset

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.fixture(scope="session")
def described(our_dataset: Dataset) -> Described:
    """Everything that is said of every subject, over all named graphs."""
    found: dict[object, dict[str, set[object]]] = {}
    for quad in our_dataset.quads:
        properties = found.setdefault(quad.subject, {})
        properties.setdefault(quad.predicate.value, set()).add(quad.object)
    return found


@pytest.fixture(scope="session")
def claims(described: Described) -> Mapping[str, ClaimRead]:
    """The claims by identifier."""
    kind = NamedNode(SG + "Claim")
    read = [
        read_claim(said, described) for said in described.values() if kind in said.get(TYPE, ())
    ]
    return {claim.identifier: claim for claim in read}


@pytest.fixture(scope="session")
def article_claims(claims: Mapping[str, ClaimRead]) -> Mapping[str, ClaimRead]:
    """The claims that point into the article."""
    return {name: claim for name, claim in claims.items() if claim.source is not None}
