"""Forty faults in a copy of the dataset: each is told once, at its line, with what to do.

``|`` in a seed stands for the line that must be named; it is taken out of the text.
"""

import shutil
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


SEEDS = [
    # syntax
    Seed("data/politics/posts.ttl", "    org:role role:prime-minister .\n\npost:", "    org:role role:prime-minister|\n\npost:", "syntax/missing-dot", "put “.” here"),
    Seed("data/things/groups.ttl", '    rdfs:label "bedrijven"', '|    rdsf:label "bedrijven"', "syntax/undeclared-prefix", "Did you mean “rdfs:”?"),
    Seed("data/things/events.ttl", '"handover of the strategy"@en ;', '|"handover of the strategy@en ;', "syntax/unclosed-string", "close it on the same line"),
    Seed("data/things/amersfoort.ttl", "platform:amersfoort a sg:Platform ;", "|platform:amersfoort a sg:Platform .", "syntax/early-dot", "put “;” here"),
    Seed("data/things/persons.ttl", "person:vladimir-putin a foaf:Person ;", "|person:vladimir-putin a foaf:Person , ;", "syntax/no-object", "no object before this “;”"),
    Seed("data/sources/publishers.ttl", "foaf:homepage <https://5dok.net>", "|foaf:homepage <https://5dok.net/a b>", "syntax/bad-iri", "%20"),
    Seed("data/reference/homonyms.ttl", "\n\n", '\n\n|<http://e/a> <http://e/b> "a"@nl_NL .\n\n', "syntax/bad-language-tag", "such as @nl"),
    Seed("data/reference/provinces.ttl", '"provincie Fryslân"@nl', '|"provincie \\Fryslân"@nl', "syntax/bad-escape", "write a backslash"),
    Seed("data/things/groups-of-other-sources.ttl", "\n\n", "\n\n|[ <http://e/p> [ <http://e/q> 1 ] .\n\n", "syntax/unclosed-bracket", "close it with “]”"),
    Seed("data/sources/new.ttl", "", "|# to do\n", "syntax/empty-file", "Fill the file, or delete it."),
    Seed("data/things/documents.ttl", "\n\n", "\n\n|document:btg-article .\n\n", "syntax/incomplete-statement", "needs a subject, a predicate and an object"),
    Seed("data/things/places-of-other-sources.ttl", "\n\n", '\n\n|<http://e/a> "b" 1 .\n\n', "syntax/no-predicate", "a predicate is an IRI"),
    Seed("data/claims/support.ttl", "\n\n", '\n\n|"a" <http://e/b> 1 .\n\n', "syntax/no-subject", "an IRI or a blank node"),
    Seed("data/claims/amersfoort.ttl", "sg:polarity polarity:positive ;", "sg:polarity polarity:positive ;\n|    rdfs:comment True ;", "syntax/no-object", "write “true”"),
    # lexical forms
    Seed("data/networks/time.ttl", 'sg:latest "2009-04-28"^^xsd:date', '|sg:latest "2009-02-30"^^xsd:date', "lexical/literal", "“2017-09-13”"),
    Seed("ontology/roles.ttl", 'dct:created "2026-11-23"^^xsd:date', '|dct:created "23-11-2026"^^xsd:date', "lexical/literal", "“2026-11-23”, if the day came first"),
    Seed("ontology/themes.ttl", 'dct:modified "2026-11-26"^^xsd:date', '|dct:modified "2026-11-26T10:00:00"^^xsd:date', "lexical/literal", "use xsd:dateTime"),
    Seed("data/claims/roles.ttl", "oa:start 2406 ;", '|oa:start "24o6"^^xsd:integer ;', "lexical/literal", "“42”"),
    # names
    Seed("data/claims/themes.ttl", "    sg:modality modality:", "|    sg:modalty modality:", "term/undeclared", "Did you mean sg:modality?"),
    Seed("ontology/event-types.ttl", 'skos:prefLabel "verzoek"@nl', '|skos:prefLable "verzoek"@nl', "term/unknown", "Did you mean skos:prefLabel?"),
    Seed("data/networks/networks.ttl", "network:g5 a sg:Network ;", "|network:g5 a sg:Netwerk ;", "term/undeclared", "Did you mean sg:Network?"),
    Seed("data/politics/cabinets.ttl", "time:hasTime interval:2012-11-05-to-2017-10-26", "|time:hasTime interval:2012-11-05-to-2017-10-62", "term/undeclared", "Did you mean interval:2012-11-05-to-2017-10-26?"),
    Seed("ontology/status.ttl", "@prefix skos: <http://www.w3.org/2004/02/skos/core#>", "|@prefix skos: <http://www.w3.org/2008/05/skos/core#>", "term/namespace", "<http://www.w3.org/2004/02/skos/core#>"),
    Seed("data/claims/btg.ttl", '"^^xsd:hexBinary', '"^^|xsd:hexBinairy', "term/unknown", "Did you mean xsd:hexBinary?"),
    # concepts and labels
    Seed("ontology/organisation-types.ttl", 'skos:prefLabel "Rijksoverheid"@nl ,', '|skos:prefLabel "Rijksoverheid"@nl , "Rijk"@nl ,', "shape:Concept-prefLabel-unique", "once in each language"),
    Seed("ontology/agenda-themes.ttl", "skos:definition ", '|skos:altLabel " spatie"@nl ; skos:definition ', "label/space", "space at its beginning"),
    Seed("ontology/polarity.ttl", 'skos:prefLabel "', '|skos:altLabel "zonder taal" ; skos:prefLabel "', "label/no-language", "language"),
    Seed("ontology/force.ttl", 'skos:prefLabel "mogelijkheid"@nl , ', "|skos:prefLabel ", "shape:Concept-prefLabel", "in Dutch and in English"),
    # shapes
    Seed("data/networks/g40.ttl", "    org:role role:member ;\n", "", "shape:Membership-role", "exactly one role"),
    Seed("data/networks/g5.ttl", 'rdfs:label "lidmaatschap van de gemeente Utrecht in de G5"@nl , ', "rdfs:label ", "shape:Thing-label", "in Dutch and in English"),
    Seed("data/networks/g32.ttl", "org:role role:member ;", "|org:role role:purchaser ;", "shape:Membership-network-role", "the role member"),
    Seed("data/claims/living-lab.ttl", "    dct:identifier ", '|    dct:title "x"@nl ;\n    dct:identifier ', "shape:Claim", "only the properties"),
    Seed("shapes/post.ttl", "sh:minCount 1", '|sh:minCount "one"', "shacl/shapes", "sh:minCount"),
    Seed("shapes/person.ttl", "sh:path foaf:name", "|sh:path foaf:nmae", "term/unknown", "foaf:name"),
    # queries
    Seed("queries/list-roles.rq", "SELECT", "|SELEKT", "query/syntax", "did you mean SELECT"),
    Seed("queries/list-plans.rq", "sg:modality", "|sg:modalty", "query/undeclared", "Did you mean sg:modality?"),
    Seed("queries/list-mayors.rq", "#+ summary:", "|#+ summary: [", "query/syntax", "YAML"),
    # suppression
    Seed("data/politics/local-offices.ttl", "\n\n", "\n\n|# stadsgraaf:ignore label/space\n", "suppress/no-reason", "say why"),
    Seed("data/politics/time.ttl", "\n\n", "\n\n|# stadsgraaf:ignore label/spaec -- because\n", "suppress/unknown-rule", "Did you mean label/space?"),
    Seed("data/claims/strategy.ttl", "\n\n", "\n\n|# stadsgraaf:ignore label/space -- because\n", "suppress/unused", "delete the comment"),
]  # fmt: skip


def planted(root: Path, seed: Seed) -> tuple[str, int]:
    """Plant a fault. Returns the file and the line that must be named; 0 for any line."""
    path = root / seed.file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    at = text.find(seed.before)
    assert at >= 0, seed
    mark = seed.after.find("|")
    line = text[:at].count("\n") + seed.after[:mark].count("\n") + 1 if mark >= 0 else 0
    path.write_text(
        text[:at] + seed.after.replace("|", "") + text[at + len(seed.before) :], encoding="utf-8"
    )
    return seed.file, line


def told(report: Report) -> list[Finding]:
    """What is to be mended; the layout of the copy is as the faults left it."""
    return [finding for finding in report.findings if finding.name != "format/turtle"]


@pytest.fixture(scope="module")
def clean(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A copy of the dataset, and the fingerprints of what is told of it."""
    copy = tmp_path_factory.mktemp("dataset")
    for folder in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(root / folder, copy / folder)
    report = validate(gather([copy]).dataset)
    assert report.conforms
    return copy, {finding.fingerprint for finding in report.findings}


def test_each_of_forty_faults_is_told_once_at_its_line_and_nothing_else_is(
    clean: tuple[Path, set[str]],
) -> None:
    root, known = clean
    assert len(SEEDS) == 40
    places = {planted(root, seed): seed for seed in SEEDS}
    report = validate(gather([root]).dataset)
    assert not report.failures
    assert not report.skipped
    new = [finding for finding in told(report) if finding.fingerprint not in known]
    for (file, line), seed in places.items():
        found = [f for f in new if f.span.file == file and line in {0, f.span.line}]
        assert [f.name for f in found] == [seed.rule], (seed, [f.message.en for f in found])
        said = f"{found[0].message.en} {found[0].reason.en} {found[0].mend.en}"
        assert seed.says in said, said
        assert found[0].message.nl
    assert len(new) == len(SEEDS), sorted(
        str(f.span) for f in new if (f.span.file, f.span.line) not in places
    )
