"""Synthetic data in the graph's own vocabulary: any number of triples, the same for the same seed.

::

    write(Path("folder"), triples=1_000_000, seed=42)  # a folder that `stadsgraaf build` takes

Municipalities and themes stop growing where the real ones do; organisations, persons, memberships in
time, documents, events and claims with their evidence grow on, so that what is said of one
municipality or one theme grows with the data.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["BASE", "PREFIXES", "VERSION", "WORDS", "Sizes", "is_current", "write"]

#: Of what is written for a seed; 2 has claims that contradict others.
VERSION: Final = "2"

BASE: Final = "https://bench.example.nl/"
PREFIXES: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "id": BASE + "id/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sg": "https://w3id.org/stadsgraaf/def/ont/",
    "modality": "https://w3id.org/stadsgraaf/def/modality/",
    "polarity": "https://w3id.org/stadsgraaf/def/polarity/",
    "role": "https://w3id.org/stadsgraaf/def/role/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "tooiont": "https://identifier.overheid.nl/tooi/def/ont/",
    "vann": "http://purl.org/vocab/vann/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: Of real things there are so many.
_MUNICIPALITIES: Final = 342
_THEMES: Final = 2000
#: Of so many claims one contradicts an earlier one, and one is in tension with one.
_PER_CONTRADICTION: Final = 250
_PER_TENSION: Final = 500
#: Triples that a municipality, a theme, and a claim with all that grows along bring; measured.
_PER_MUNICIPALITY: Final = 13
_PER_THEME: Final = 6
_PER_CLAIM: Final = 35.35

_MARK: Final = "version"

_SYLLABLES = [
    "ald",
    "am",
    "ber",
    "bos",
    "bre",
    "dam",
    "den",
    "dijk",
    "dorp",
    "drie",
    "eer",
    "ein",
    "enk",
    "gel",
    "gro",
    "haar",
    "heem",
    "hof",
    "hol",
    "hout",
    "kerk",
    "laan",
    "land",
    "lo",
    "maas",
    "meer",
    "nes",
    "nij",
    "oost",
    "poel",
    "rijs",
    "schie",
    "sluis",
    "stad",
    "ster",
    "til",
    "veen",
    "veld",
    "vliet",
    "voor",
    "waal",
    "wijk",
    "zand",
    "zee",
    "zwol",
]
#: Of which names are made.
WORDS: Final = [
    "wonen",
    "energie",
    "mobiliteit",
    "klimaat",
    "zorg",
    "onderwijs",
    "veiligheid",
    "water",
    "natuur",
    "cultuur",
    "sport",
    "economie",
    "arbeid",
    "jeugd",
    "participatie",
    "digitalisering",
    "landbouw",
    "stikstof",
    "woningbouw",
    "ruimte",
    "erfgoed",
    "armoede",
    "duurzaamheid",
    "financien",
    "bestuur",
    "toezicht",
    "subsidie",
    "regeling",
    "besluit",
    "advies",
    "rapport",
    "nota",
    "plan",
    "visie",
    "strategie",
    "uitvoering",
    "monitor",
    "evaluatie",
    "begroting",
    "verordening",
    "beleid",
    "raad",
    "college",
    "regio",
    "gemeente",
    "provincie",
    "inwoner",
    "bewoner",
    "project",
    "programma",
    "gebied",
    "wijk",
    "buurt",
    "kern",
    "haven",
    "station",
    "fietspad",
    "warmtenet",
    "zonnepark",
    "windmolen",
    "riolering",
    "bibliotheek",
    "sensor",
    "platform",
    "netwerk",
]
_ENGLISH = [
    "housing",
    "energy",
    "mobility",
    "climate",
    "care",
    "education",
    "safety",
    "water",
    "nature",
    "culture",
    "sport",
    "economy",
    "labour",
    "youth",
    "participation",
    "digitisation",
    "agriculture",
    "planning",
    "heritage",
    "poverty",
    "sustainability",
    "finance",
    "governance",
    "oversight",
    "subsidy",
    "regulation",
    "decision",
    "advice",
    "report",
    "plan",
    "vision",
    "strategy",
    "monitor",
    "evaluation",
    "budget",
    "ordinance",
    "policy",
    "council",
    "board",
    "region",
    "sensor",
    "platform",
    "network",
]
_GIVEN = [
    "Anna",
    "Bas",
    "Carla",
    "Daan",
    "Eva",
    "Fatima",
    "Gijs",
    "Hanna",
    "Ibrahim",
    "Joris",
    "Karin",
    "Lars",
    "Maria",
    "Niels",
    "Olga",
    "Pieter",
    "Rosa",
    "Sanne",
    "Tom",
    "Umar",
    "Vera",
    "Wouter",
    "Yasmin",
    "Zoe",
]
_FAMILY = [
    "de Vries",
    "Jansen",
    "van den Berg",
    "Bakker",
    "Visser",
    "Smit",
    "Meijer",
    "Mulder",
    "de Boer",
    "Dekker",
    "Brouwer",
    "Dijkstra",
    "Vermeulen",
    "van Dam",
    "Kuipers",
    "Hendriks",
    "Yilmaz",
    "El Amrani",
    "Post",
    "Scholten",
]
_ROLES = ("chair", "member", "secretary", "treasurer", "director", "adviser", "alderman", "mayor")
_MODALITIES = ("assertion", "quotation", "hope", "plan", "doubt", "consideration")

Statements = Iterator[str]


@dataclass(frozen=True)
class Sizes:
    """How many things of each kind there are."""

    municipalities: int
    themes: int
    organisations: int
    persons: int
    memberships: int
    documents: int
    events: int
    claims: int

    @classmethod
    def of(cls, triples: int) -> "Sizes":
        """The sizes that give about so many triples."""
        municipalities = min(_MUNICIPALITIES, max(20, triples // 500))
        themes = min(_THEMES, max(60, triples // 150))
        fixed = municipalities * _PER_MUNICIPALITY + themes * _PER_THEME
        claims = max(20, int((triples - fixed) / _PER_CLAIM))
        return cls(
            municipalities=municipalities,
            themes=themes,
            organisations=max(20, claims // 3),
            persons=max(20, int(claims / 2.5)),
            memberships=max(20, claims * 2 // 3),
            documents=max(20, claims * 2 // 3),
            events=max(10, claims // 4),
            claims=claims,
        )


def write(folder: Path, triples: int, seed: int = 42) -> None:
    """Write a folder in the layout of Stadsgraaf with about so many triples."""
    made = _World(Sizes.of(triples), random.Random(seed))
    (folder / "data").mkdir(parents=True, exist_ok=True)
    header = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    for name, statements in made.files().items():
        with (folder / "data" / f"{name}.ttl").open("w", encoding="utf-8") as file:
            file.write(f"# Synthetic {name}.\n{header}\n")
            file.writelines(statements())
    (folder / _MARK).write_text(VERSION, encoding="ascii")


def is_current(folder: Path) -> bool:
    """Whether a folder was written whole, and as it is written now."""
    mark = folder / _MARK
    return mark.is_file() and mark.read_text(encoding="ascii") == VERSION


class _World:
    """The things, one generator of statements for each file."""

    def __init__(self, sizes: Sizes, chance: random.Random) -> None:
        self._sizes = sizes
        self._chance = chance

    def files(self) -> dict[str, Callable[[], Statements]]:
        """What is in each file; the order is part of the seed's result."""
        return {
            "dataset": self._dataset,
            "places": self._places,
            "themes": self._themes,
            "organisations": self._organisations,
            "persons": self._persons,
            "memberships": self._memberships,
            "documents": self._documents,
            "events": self._events,
            "claims": self._claims,
        }

    # --- pieces ---------------------------------------------------------------------------------

    def _phrase(self, least: int, most: int, words: list[str] = WORDS) -> str:
        pick, number = self._chance.choice, self._chance.randint(least, most)
        return " ".join([pick(words) for _ in range(number)])

    def _date(self) -> str:
        between = self._chance.randint
        return f"{between(2005, 2026)}-{between(1, 12):02d}-{between(1, 28):02d}"

    def _name_of(self, number: int) -> str:
        steady = random.Random(number * 7 + 1)
        return "".join(steady.choice(_SYLLABLES) for _ in range(2)).capitalize() + f" {number}"

    def _municipality(self) -> str:
        """Some have far more than others."""
        number = int(self._sizes.municipalities * self._chance.random() ** 1.6)
        return f"id:municipality-{number}"

    def _organisation(self) -> str:
        return f"id:organisation-{int(self._sizes.organisations * self._chance.random() ** 1.4)}"

    def _person(self) -> str:
        return f"id:person-{self._chance.randrange(self._sizes.persons)}"

    def _document(self) -> str:
        return f"id:document-{self._chance.randrange(self._sizes.documents)}"

    def _theme(self) -> str:
        most = self._sizes.themes
        if self._chance.random() < 0.5:
            return f"id:theme-{min(int(self._chance.paretovariate(0.6)) - 1, most - 1)}"
        return f"id:theme-{self._chance.randrange(most)}"

    # --- files ----------------------------------------------------------------------------------

    def _dataset(self) -> Statements:
        yield (
            "id:dataset a dcat:Dataset ;\n"
            f'    vann:preferredNamespaceUri "{BASE}" ;\n'
            '    dct:title "Proefgraaf"@nl , "Benchmark graph"@en .\n'
        )

    def _places(self) -> Statements:
        for number in range(12):
            yield (
                f"id:province-{number} a tooiont:Provincie ;\n"
                f'    rdfs:label "provincie {_SYLLABLES[number]}"@nl ,'
                f' "province of {_SYLLABLES[number]}"@en .\n'
            )
        for number in range(self._sizes.municipalities):
            name = self._name_of(number)
            east, north = self._chance.uniform(3.4, 7.1), self._chance.uniform(50.8, 53.4)
            inhabitants = int(self._chance.lognormvariate(10.4, 0.8))
            yield (
                f"id:municipality-{number} a sg:Municipality , geo:Feature ;\n"
                f'    dct:identifier "GM{number:04d}" ;\n'
                f'    rdfs:label "gemeente {name}"@nl , "municipality of {name}"@en ;\n'
                f"    tooiont:ligtInProvincie id:province-{number % 12} ;\n"
                f"    geo:hasGeometry id:geometry-{number} .\n"
                f"id:geometry-{number} a geo:Geometry ;\n"
                f'    geo:asWKT "POINT({east:.5f} {north:.5f})"^^geo:wktLiteral .\n'
                f"id:population-{number} a schema:Observation ;\n"
                f"    schema:observationAbout id:municipality-{number} ;\n"
                f'    schema:value {inhabitants} ; schema:observationDate "2026-01-01"^^xsd:date .\n'
            )

    def _themes(self) -> Statements:
        yield 'id:themes a skos:ConceptScheme ; dct:title "Thema\'s"@nl , "Themes"@en .\n'
        for number in range(self._sizes.themes):
            place = (
                f"skos:broader id:theme-{(number - 8) // 5}"
                if number >= 8
                else "skos:topConceptOf id:themes"
            )
            other = (
                f' ; skos:altLabel "{self._phrase(1, 2)}"@nl' if self._chance.random() < 0.5 else ""
            )
            yield (
                f"id:theme-{number} a skos:Concept ; skos:inScheme id:themes ; {place} ;\n"
                f'    skos:prefLabel "{self._phrase(2, 2)} {number}"@nl ,'
                f' "{self._phrase(2, 2, _ENGLISH)} {number}"@en{other} .\n'
            )

    def _organisations(self) -> Statements:
        for number in range(self._sizes.organisations):
            english = (
                f' , "{self._phrase(1, 2, _ENGLISH)} foundation {number}"@en'
                if self._chance.random() < 0.6
                else ""
            )
            themes = " , ".join({self._theme(): None for _ in range(self._chance.randint(1, 3))})
            yield (
                f"id:organisation-{number} a org:FormalOrganization ;\n"
                f'    rdfs:label "stichting {self._phrase(1, 2)} {number}"@nl{english} ;\n'
                f"    schema:location {self._municipality()} ; sg:addresses {themes} ;\n"
                f'    schema:foundingDate "{self._date()}"^^xsd:date ;\n'
                f"    foaf:homepage <https://org{number}.example.nl/> .\n"
            )

    def _persons(self) -> Statements:
        for number in range(self._sizes.persons):
            given, family = self._chance.choice(_GIVEN), self._chance.choice(_FAMILY)
            home = (
                f" ; schema:homeLocation {self._municipality()}"
                if self._chance.random() < 0.5
                else ""
            )
            yield (
                f'id:person-{number} a foaf:Person ; foaf:name "{given} {family} {number}" ;\n'
                f'    foaf:givenName "{given}" ; foaf:familyName "{family}"{home} .\n'
            )

    def _memberships(self) -> Statements:
        for number in range(self._sizes.memberships):
            until = (
                f' ; schema:endDate "{self._date()}"^^xsd:date'
                if self._chance.random() < 0.6
                else ""
            )
            yield (
                f"id:membership-{number} a org:Membership ; org:member {self._person()} ;\n"
                f"    org:organization {self._organisation()} ;"
                f" org:role role:{self._chance.choice(_ROLES)} ;\n"
                f'    schema:startDate "{self._date()}"^^xsd:date{until} .\n'
            )

    def _documents(self) -> Statements:
        for number in range(self._sizes.documents):
            english = (
                f' , "{self._phrase(2, 6, _ENGLISH)} {number}"@en'
                if self._chance.random() < 0.4
                else ""
            )
            themes = " , ".join({self._theme(): None for _ in range(self._chance.randint(1, 3))})
            about = f" ; dct:spatial {self._municipality()}" if self._chance.random() < 0.5 else ""
            yield (
                f"id:document-{number} a foaf:Document ;\n"
                f'    dct:title "{self._phrase(3, 7).capitalize()} {number}"@nl{english} ;\n'
                f'    dct:issued "{self._date()}"^^xsd:date ; dct:publisher {self._organisation()} ;\n'
                f'    dct:description "{self._phrase(12, 30)}."@nl ; dct:subject {themes}{about} .\n'
            )

    def _events(self) -> Statements:
        for number in range(self._sizes.events):
            hosts = " , ".join(
                {self._organisation(): None for _ in range(self._chance.randint(1, 4))}
            )
            yield (
                f"id:event-{number} a schema:Event ;\n"
                f'    rdfs:label "bijeenkomst {self._phrase(1, 3)} {number}"@nl ;\n'
                f'    sg:date "{self._date()}"^^xsd:date ; schema:location {self._municipality()} ;\n'
                f"    schema:organizer {hosts} ; sg:coversTheme {self._theme()} .\n"
            )

    def _claims(self) -> Statements:
        for number in range(self._sizes.claims):
            start = self._chance.randrange(50_000)
            refines = (
                f" ; sg:refines id:claim-{self._chance.randrange(number)}"
                if number and self._chance.random() < 0.4
                else ""
            )
            against = self._against(number)
            digest = hashlib.sha256(str(number).encode()).hexdigest()
            yield (
                f'id:claim-{number} a sg:Claim ; dct:identifier "c{number}" ;\n'
                f'    rdfs:label "{self._phrase(6, 14).capitalize()} {number}."@nl ;\n'
                f"    sg:claimSubject {self._organisation()} ; sg:claimPredicate sg:addresses ;\n"
                f"    sg:claimObject {self._theme()} ;\n"
                f"    sg:modality modality:{self._chance.choice(_MODALITIES)} ;\n"
                f"    sg:polarity polarity:positive ; sg:holder {self._organisation()} ;\n"
                f"    sg:speaker {self._person()} ; sg:reporter {self._person()} ;\n"
                f'    sg:date "{self._date()}"^^xsd:date{refines}{against} ;\n'
                f"    oa:hasTarget [ a oa:SpecificResource ; oa:hasSource {self._document()} ;\n"
                f'        sg:sha256 "{digest}"^^xsd:hexBinary ;\n'
                f"        oa:hasSelector [ a oa:TextPositionSelector ;"
                f" oa:start {start} ; oa:end {start + self._chance.randint(20, 200)} ] ] .\n"
            )

    def _against(self, number: int) -> str:
        """What a claim does not go together with, by chance of its own: all else stays as it was."""
        steady = random.Random(number * 11 + 5)
        found = ""
        for link, claims in (("contradicts", _PER_CONTRADICTION), ("inTensionWith", _PER_TENSION)):
            if number and steady.randrange(claims) == 0:
                found += f" ; sg:{link} id:claim-{steady.randrange(number)}"
        return found
