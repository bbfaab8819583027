"""Forty faults in a copy of the dataset: each is told once, at its line, with what to do.

``|`` in a seed stands for the line that must be named; it is taken out of the text.
"""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from stadsgraaf.validation import Finding, Report, gather, validate


@dataclass(frozen=True)
class Seed:
    """A fault: in which file, what becomes of what, which rule must find it and what it must say."""

    file: str
    before: str
    after: str
    rule: str
    says: str


def member(number: str) -> str:
    """The subject of a membership of the G5."""
    return f"membership:g5-gm{number} a org:Membership ;"


NEW = "\n"
SEEDS = [
    # syntax: one fault in each file, so that nothing hides behind another
    Seed("data/politics/posts.ttl", "    org:role role:prime-minister .\n\npost:", "    org:role role:prime-minister|\n\npost:", "syntax/missing-dot", "put “.” here"),
    Seed("data/things/groups.ttl", '    rdfs:label "bedrijven"', '|    rdsf:label "bedrijven"', "syntax/undeclared-prefix", "Did you mean “rdfs:”?"),
    Seed("data/things/events.ttl", '"handover of the strategy"@en ;', '|"handover of the strategy@en ;', "syntax/unclosed-string", "close it on the same line"),
    Seed("data/things/amersfoort.ttl", "platform:amersfoort a sg:Platform ;", "|platform:amersfoort a sg:Platform .", "syntax/early-dot", "put “;” here"),
    Seed("data/things/persons.ttl", "person:vladimir-putin a foaf:Person ;", "|person:vladimir-putin a foaf:Person , ;", "syntax/no-object", "no object before this “;”"),
    Seed("data/sources/publishers.ttl", "foaf:homepage <https://5dok.net>", "|foaf:homepage <https://5dok.net/a b>", "syntax/bad-iri", "%20"),
    Seed("data/reference/homonyms.ttl", "\n\n", '\n\n|<http://e/a> <http://e/b> "a"@nl_NL .\n\n', "syntax/bad-language-tag", "hyphen"),
    Seed("data/reference/provinces.ttl", '"provincie Fryslân"@nl', '|"provincie \\Fryslân"@nl', "syntax/bad-escape", "two"),
    Seed("data/things/groups-of-other-sources.ttl", "\n\n", "\n\n|[ <http://e/p> [ <http://e/q> 1 ] .\n\n", "syntax/unclosed-bracket", "close it with “]”"),
    Seed("data/sources/new.ttl", "", "|# to do\n", "syntax/empty-file", "Fill the file, or delete it."),
    # lexical forms
    Seed("data/networks/time.ttl", 'sg:latest "2009-04-28"^^xsd:date', '|sg:latest "2009-02-30"^^xsd:date', "lexical/literal", "“2017-09-13”"),
    Seed("ontology/roles.ttl", 'dct:created "2026-11-23"^^xsd:date', '|dct:created "23-11-2026"^^xsd:date', "lexical/literal", "“2026-11-23”, if the day came first"),
    Seed("ontology/themes.ttl", 'dct:modified "2026-11-23"^^xsd:date', '|dct:modified "2026-11-23T10:00:00"^^xsd:date', "lexical/literal", "use xsd:dateTime"),
    Seed("data/reference/cities.ttl", "POINT(5.3875 52.155)\"^^geo:wktLiteral", "POINT(5.3875 52.155)\"^^geo:wktLiteral ;\n|    rdfs:comment \"Ja\"^^xsd:boolean", "lexical/literal", "“true”"),
    # names
    Seed("data/networks/g5.ttl", member("0344"), member("0344") + "\n|    sg:partOff network:g5 ;", "term/undeclared", "Nothing declares or describes sg:partOff"),
    Seed("ontology/event-types.ttl", 'skos:prefLabel "verzoek"@nl', '|skos:prefLable "verzoek"@nl', "term/unknown", "Did you mean skos:prefLabel?"),
    Seed("data/networks/networks.ttl", "network:g5 a sg:Network ;", "|network:g5 a sg:Netwerk ;", "term/undeclared", "Did you mean sg:Network?"),
    Seed("data/politics/cabinets.ttl", "time:hasTime interval:2012-11-05-to-2017-10-26", "|time:hasTime interval:2012-11-05-to-2017-10-62", "term/undeclared", "Did you mean interval:2012-11-05-to-2017-10-26?"),
    Seed("ontology/status.ttl", "@prefix skos: <http://www.w3.org/2004/02/skos/core#>", "|@prefix skos: <http://www.w3.org/2008/05/skos/core#>", "term/namespace", "<http://www.w3.org/2004/02/skos/core#>"),
    # SKOS
    Seed("ontology/organisation-types.ttl", "organisation-type:public-organisation a skos:Concept ;", "|organisation-type:public-organisation a skos:Concept ;\n    skos:broader organisation-type:central-government ;", "skos/broader-cycle", "loop"),
    Seed("ontology/organisation-types.ttl", 'skos:prefLabel "Rijksoverheid"@nl', 'skos:prefLabel "Rijksoverheid"@nl , |"Rijk"@nl', "shape", "one"),
    Seed("ontology/agenda-themes.ttl", "skos:definition ", "|skos:altLabel  \" spatie\"@nl ; skos:definition ", "label/space", "space"),
    # shapes
    Seed("data/networks/g40.ttl", "    org:role role:member ;\n", "", "shape", "role"),
    Seed("shapes/post.ttl", "sh:minCount 1", '|sh:minCount "one"', "shacl/shapes", "sh:minCount"),
    # queries
    Seed("queries/list-roles.rq", "SELECT", "|SELEKT", "query/syntax", "SPARQL"),
    Seed("queries/list-plans.rq", "sg:modality", "|sg:modalty", "query/undeclared", "Did you mean sg:modality?"),
]  # fmt: skip


def test_x() -> None:
    assert SEEDS
