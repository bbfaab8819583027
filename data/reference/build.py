"""Write municipalities.ttl from municipalities.csv.

The CSV is what people edit; the Turtle is what is published. Both are committed, so that a fresh
clone is readable without running anything.

    python data/reference/build.py            # write municipalities.ttl
    python data/reference/build.py --check    # exit status 1 when it is out of date

The properties are those of the government's register TOOI, of ORG, GeoSPARQL and schema.org.
"""

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE / "municipalities.csv"
TARGET = HERE / "municipalities.ttl"

PREFIXES = {
    "dct": "http://purl.org/dc/terms/",
    "document": "https://w3id.org/stadsgraaf/id/document/",
    "event": "https://w3id.org/stadsgraaf/id/event/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "geometry": "https://w3id.org/stadsgraaf/id/geometry/",
    "municipality": "https://w3id.org/stadsgraaf/id/municipality/",
    "org": "http://www.w3.org/ns/org#",
    "organisation-type": "https://w3id.org/stadsgraaf/def/organisation-type/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "population": "https://w3id.org/stadsgraaf/id/population/",
    "prov": "http://www.w3.org/ns/prov#",
    "province": "https://w3id.org/stadsgraaf/id/province/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sf": "http://www.opengis.net/ont/sf#",
    "sg": "https://w3id.org/stadsgraaf/def/ont/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "tooiont": "https://identifier.overheid.nl/tooi/def/ont/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

#: Key in the column coordinates_source → the document that the point was taken from.
COORDINATES = {
    "spatialrisk": "document:spatialrisk-nl-gemeente",
    "cbs-2015": "document:cbs-2015-label-points",
}

#: Column → reference date of the figure, its document, and the date in words.
POPULATIONS = {
    "population_2016": (
        "2016-01-01",
        "document:posterhouse-units",
        "1 januari 2016",
        "1 January 2016",
    ),
    "population_2017": ("2017-01-01", "document:cbs-83553ned", "1 januari 2017", "1 January 2017"),
}

Statement = tuple[str, Sequence[str]]


def literal(text: str, suffix: str = "") -> str:
    """A Turtle literal with an optional language tag or datatype.

    >>> print(literal("gemeente 's-Gravenhage", "@nl"))
    "gemeente 's-Gravenhage"@nl
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"{suffix}'


def names(row: Mapping[str, str]) -> tuple[str, str]:
    """The municipality's name in a Dutch and in an English sentence.

    >>> names({"name": "Den Haag", "name_en": "The Hague"})
    ('gemeente Den Haag', 'municipality of The Hague')
    """
    return f"gemeente {row['name']}", f"municipality of {row['name_en'] or row['name']}"


def labels(dutch: str, english: str) -> Statement:
    """The labels in both languages."""
    return "rdfs:label", [literal(dutch, "@nl"), literal(english, "@en")]


def block(subject: str, kinds: str, statements: Sequence[Statement]) -> str:
    """One subject as turtlefmt lays it out; statements without objects are left out."""
    lines = [f"{subject} a {kinds}"]
    lines += [f"    {name} {' , '.join(objects)}" for name, objects in statements if objects]
    return " ;\n".join(lines) + " .\n"


def municipality(row: Mapping[str, str]) -> str:
    """The organisation itself, with its identifiers and links."""
    code = row["cbs_code"].lower()
    register = f"<https://identifier.overheid.nl/tooi/id/gemeente/{code}>"
    wikidata = f"<http://www.wikidata.org/entity/{row['wikidata']}>"
    unit = f"<http://publications.europa.eu/resource/authority/atu/{row['eu_atu']}>"
    place = f"<https://sws.geonames.org/{row['geonames']}/>"
    statements: list[Statement] = [
        ("dct:identifier", [literal(row["cbs_code"])]),
        labels(*names(row)),
        ("tooiont:gemeentecode", [literal(code.removeprefix("gm"))]),
        ("tooiont:ligtInProvincie", [f"province:{row['province'].lower()}"]),
        ("tooiont:officieleNaamExclSoort", [literal(row["official_name"])]),
        ("tooiont:officieleNaamInclSoort", [literal("gemeente " + row["official_name"])]),
        (
            "tooiont:owmsId",
            [literal("http://standaarden.overheid.nl/owms/terms/" + row["owms"], "^^xsd:anyURI")],
        ),
        ("tooiont:begindatum", [literal(row["begin"], "^^xsd:date")] if row["begin"] else []),
        ("tooiont:einddatum", [literal(row["end"], "^^xsd:date")] if row["end"] else []),
        (
            "org:identifier",
            [literal(row[key], f"^^sg:{key}") for key in ("oin", "kvk") if row[key]],
        ),
        ("org:classification", ["organisation-type:municipality"]),
        ("foaf:homepage", [f"<{row['website']}>"] if row["website"] else []),
        ("geo:hasGeometry", [f"geometry:{code}"]),
        ("owl:sameAs", [register, wikidata] if row["wikidata"] else [register]),
        (
            "skos:closeMatch",
            [unit] * bool(row["eu_atu"]) + [place] * bool(row["geonames"]),
        ),
    ]
    return block(
        f"municipality:{code}", "sg:Municipality , tooiont:Gemeente , geo:Feature", statements
    )


def geometry(row: Mapping[str, str]) -> str:
    """A point in the municipality: longitude first, as CRS84 wants it, which is meant without a name."""
    dutch, english = names(row)
    wkt = literal(f"POINT({row['longitude']} {row['latitude']})", "^^geo:wktLiteral")
    statements: list[Statement] = [
        labels(f"ligging van de {dutch}", f"location of the {english}"),
        ("geo:asWKT", [wkt]),
        ("dct:source", [COORDINATES[row["coordinates_source"]]]),
    ]
    return block(f"geometry:{row['cbs_code'].lower()}", "geo:Geometry , sf:Point", statements)


def populations(row: Mapping[str, str]) -> Iterator[str]:
    """One observation per known figure, with its reference date and its source."""
    code = row["cbs_code"].lower()
    dutch, english = names(row)
    for column, (day, document, day_nl, day_en) in POPULATIONS.items():
        if row[column]:
            statements: list[Statement] = [
                labels(
                    f"inwonertal van de {dutch} op {day_nl}: {row[column]}",
                    f"population of the {english} on {day_en}: {row[column]}",
                ),
                ("schema:observationAbout", [f"municipality:{code}"]),
                ("schema:measuredProperty", ["sg:population"]),
                ("schema:value", [row[column]]),
                ("schema:observationDate", [literal(day, "^^xsd:date")]),
                ("dct:source", [document]),
            ]
            yield block(f"population:{code}-{day[:4]}", "schema:Observation", statements)


def ending(row: Mapping[str, str]) -> Iterator[str]:
    """The change by which a municipality ceased to exist, as TOOI records changes.

    TOOI's end date is the last day; the change is at midnight after it.
    """
    if row["end"]:
        code = row["cbs_code"].lower()
        dutch, english = names(row)
        after = date.fromisoformat(row["end"]) + timedelta(days=1)
        statements: list[Statement] = [
            labels(f"einde van de {dutch}", f"end of the {english}"),
            ("org:originalOrganization", [f"municipality:{code}"]),
            ("prov:invalidated", [f"municipality:{code}"]),
            ("tooiont:tijdstipWijziging", [literal(f"{after}T00:00:00", "^^xsd:dateTime")]),
            ("dct:source", ["document:tooi-municipalities"]),
        ]
        yield block(f"event:end-{code}", "org:ChangeEvent", statements)


def turtle(rows: Sequence[Mapping[str, str]]) -> str:
    """The whole file, in the layout of turtlefmt (which puts a blank before the first comment)."""
    head = ["# The municipalities of the Netherlands on 13 September 2017; made by build.py.\n"]
    head += [f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(PREFIXES.items())]
    parts = ["".join(head)]
    for row in rows:
        parts += [municipality(row), geometry(row), *populations(row), *ending(row)]
    return "\n".join(parts)


def main(arguments: Sequence[str]) -> int:
    """Write the file, or with --check only compare it."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        text = turtle(list(csv.DictReader(file)))
    if "--check" in arguments:
        return int(TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
