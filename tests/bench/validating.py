"""How long validation takes: each engine, in a process of its own, on data that grows.

    python tests/bench/validating.py --triples 10000 100000 --engine pyshacl turbo pyshacl-plain
    python tests/bench/validating.py --ours 5     # our own data, without and with what is remembered

Organisations with memberships, roles, themes and claims; one in a hundred has a fault. The shapes ask
for classes, datatypes, patterns, languages, counts, values, closedness, order, paths and four queries.
Seconds are of the processor, of all processes, as other work on the machine does not count then;
MiB are the peak of the largest process.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

ENGINES = ("pyshacl", "turbo", "pyshacl-plain", "turbo-plain")
PREFIXES = """\
@prefix b: <http://example.org/bench/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""
SHAPES = (
    PREFIXES
    + r"""
b: sh:declare [ sh:prefix "b" ; sh:namespace "http://example.org/bench/"^^xsd:anyURI ] ,
    [ sh:prefix "org" ; sh:namespace "http://www.w3.org/ns/org#"^^xsd:anyURI ] ,
    [ sh:prefix "skos" ; sh:namespace "http://www.w3.org/2004/02/skos/core#"^^xsd:anyURI ] .
b:Organisation a sh:NodeShape ; sh:targetClass org:Organization ; sh:closed true ;
    sh:ignoredProperties ( rdf:type ) ;
    sh:property [ sh:path skos:prefLabel ; sh:minCount 1 ; sh:uniqueLang true ; sh:languageIn ( "nl" "en" ) ] ,
        [ sh:path b:code ; sh:pattern "^O[0-9]+$" ; sh:minCount 1 ; sh:maxCount 1 ] ,
        [ sh:path b:founded ; sh:datatype xsd:date ; sh:lessThan b:ended ] , [ sh:path b:ended ] ,
        [ sh:path b:theme ; sh:class skos:Concept ; sh:nodeKind sh:IRI ] ;
    sh:sparql [ sh:prefixes b: ; sh:select "SELECT $this (b:code AS ?path) ?value { $this b:code ?value . ?other b:code ?value FILTER (?other != $this) }" ] ,
        [ sh:prefixes b: ; sh:select "SELECT $this { FILTER NOT EXISTS { ?membership org:organization $this } }" ] .
b:Membership a sh:NodeShape ; sh:targetClass org:Membership ;
    sh:property [ sh:path org:organization ; sh:class org:Organization ; sh:minCount 1 ; sh:maxCount 1 ] ,
        [ sh:path org:role ; sh:in ( b:member b:chair ) ; sh:minCount 1 ] ,
        [ sh:path ( org:organization b:theme ) ; sh:nodeKind sh:IRI ] ;
    sh:sparql [ sh:prefixes b: ; sh:select "SELECT $this (org:member AS ?path) ?value { $this org:member ?value . FILTER NOT EXISTS { ?value a ?class } }" ] .
b:Claim a sh:NodeShape ; sh:targetClass b:Claim ;
    sh:property [ sh:path b:says ; sh:datatype xsd:string ; sh:minLength 3 ; sh:maxCount 1 ] ,
        [ sh:path b:about ; sh:or ( [ sh:class org:Organization ] [ sh:class skos:Concept ] ) ; sh:minCount 1 ] ,
        [ sh:path [ sh:inversePath b:supports ] ; sh:maxCount 3 ] ;
    sh:sparql [ sh:prefixes b: ; sh:select "SELECT $this (b:supports AS ?path) ?value { $this b:supports ?value . ?value b:supports $this }" ] .
b:Theme a sh:NodeShape ; sh:targetClass skos:Concept ;
    sh:property [ sh:path skos:inScheme ; sh:hasValue b:scheme ] ,
        [ sh:path [ sh:zeroOrMorePath skos:broader ] ; sh:nodeKind sh:IRI ] .
"""
)


def dataset(triples: int, seed: int = 1) -> Iterator[str]:
    """Turtle of about so many triples."""
    chance = random.Random(seed)
    count = max(triples // 20, 4)
    yield PREFIXES
    for number in range(50):
        broader = f" ; skos:broader b:t{chance.randrange(number)}" if number else ""
        yield f'b:t{number} a skos:Concept ; skos:prefLabel "theme {number}"@en ; skos:inScheme b:scheme{broader} .\n'
    for number in range(count):
        odd = [chance.random() < 0.01 for _ in range(6)]
        yield (
            f"b:o{number} a org:Organization ;"
            f' skos:prefLabel "organisatie {number}"@nl , "organisation {number}"@{"fr" if odd[0] else "en"} ;'
            f' b:code "{"X" if odd[1] else "O"}{number}" ; b:founded "{2020 if odd[2] else 2000}-01-01"^^xsd:date ;'
            f' b:ended "2010-01-01"^^xsd:date ; b:theme b:t{chance.randrange(50)} .\n'
            f"b:m{number} a org:Membership ; org:organization b:o{chance.randrange(count) if odd[3] else number} ;"
            f" org:member b:o{(number + 1) % count} ; org:role b:{'guest' if odd[4] else 'member'} .\n"
            f'b:c{number} a b:Claim ; b:says "{"x" if odd[5] else "claim"} {number}" ; b:about b:o{number} , b:t1 ;'
            f" b:supports b:c{chance.randrange(count)} .\n"
        )


def measure(folder: Path, engine: str) -> dict[str, object]:
    """Validate a folder with one engine, in this process."""
    from stadsgraaf.validation import gather  # noqa: PLC0415 – its import is part of what is measured
    from stadsgraaf.validation.shacl import validate_data  # noqa: PLC0415 – as above
    from stadsgraaf.validation.stages import Subject  # noqa: PLC0415 – as above

    started = _cpu()
    subject = Subject(gather([folder]).dataset)
    triples, shapes = subject.triples, subject.shapes.triples
    read, wall = _cpu(), perf_counter()
    outcome = validate_data(triples, shapes, engine, processes=os.cpu_count() or 1)
    found = sorted(
        f"{r.focus} {r.path} {r.value} {r.component} {r.severity}" for r in set(outcome.results)
    )
    return {
        "triples": len(triples),
        "read": round(read - started, 2),
        "shacl": round(_cpu() - read, 2),
        "wall": round(perf_counter() - wall, 2),
        "MiB": max(used.ru_maxrss for used in _used()) // 1024,
        "results": len(found),
        "faults": [reason for _, reason in outcome.faults],
        "digest": hash_of(found),
    }


def _used() -> list[resource.struct_rusage]:
    """What this process used, and its children that ended."""
    return [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]


def _cpu() -> float:
    return sum(used.ru_utime + used.ru_stime for used in _used())


def hash_of(lines: list[str]) -> str:
    """The same for the same results."""
    import hashlib  # noqa: PLC0415 – of no use to who only generates

    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def run(triples: int, engines: list[str]) -> Iterator[dict[str, object]]:
    """Each engine on the same data, in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shapes").mkdir()
        (folder / "shapes" / "bench.ttl").write_text(SHAPES, encoding="utf-8")
        (folder / "data.ttl").write_text("".join(dataset(triples)), encoding="utf-8")
        for engine in engines:
            done = subprocess.run(
                [sys.executable, __file__, "--measure", str(folder), "--engine", engine],
                capture_output=True,
                check=True,
            )
            yield {"engine": engine, **json.loads(done.stdout)}


#: What is changed in our data: a file, a text in it, and what replaces it the first time it stands there.
CHANGES = {
    "a label": ("data/dataset.ttl", 'skos:prefLabel "', 'skos:prefLabel "n {}'),
    "a new finding": ("data/networks/g40.ttl", "a ", "skos:related <urn:x:{}> ; a "),
    "a shape": ("shapes/activity.ttl", "sh:minCount 1", "sh:minCount {}2"),
    "a query": ("queries/list-founders.rq", "SELECT", "# {}\nSELECT"),
    "a term": ("ontology/stadsgraaf.ttl", 'rdfs:label "', 'rdfs:label "n {}'),
}


def ours(rounds: int) -> Iterator[str]:
    """What ``stadsgraaf validate`` takes on our own data: CPU of all processes, and wall time."""
    root = Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name, "copy")
        subprocess.run(["git", "clone", "-q", str(root), str(copy)], check=True)

        def told(label: str, *arguments: str, change: str = "", filled: bool = False) -> str:
            taken = []
            for number in range(rounds):
                cache = Path(name, "filled" if filled else f"cache {label} {number}")
                if filled and not cache.exists():
                    asked(copy, cache)
                if change:
                    file, old, new = CHANGES[change]
                    text = (copy / file).read_text(encoding="utf-8")
                    changed = text.replace(old, new.format(number + 1), 1)
                    assert changed != text
                    (copy / file).write_text(changed, encoding="utf-8")
                taken.append(asked(copy, cache, *arguments))
                subprocess.run(["git", "checkout", "-q", "."], cwd=copy, check=True)
            cpu, wall = (min(times) for times in zip(*taken, strict=True))
            return f"{label:<42} {cpu:>6.2f} {wall:>6.2f}"

        yield f"{'least of ' + str(rounds):<42}  CPU s wall s"
        yield told("validate, nothing remembered")
        yield told("validate, remembered", filled=True)
        for change in CHANGES:
            yield told(f"--changed {change}, nothing remembered", "--changed", change=change)
            yield told(
                f"--changed {change}, the commit remembered",
                "--changed",
                change=change,
                filled=True,
            )


def asked(folder: Path, cache: Path, *arguments: str) -> tuple[float, float]:
    """CPU and wall time of a validation in a process of its own."""
    environ = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    command = [sys.executable, "-m", "stadsgraaf", "validate", "-q", *arguments]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False)
    wall, after = perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode > 1:
        raise SystemExit(done.stderr.decode())
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--triples", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engine", nargs="+", default=["pyshacl", "turbo"], choices=ENGINES)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ours", type=int, metavar="ROUNDS", help="measure on our own data")
    given = parser.parse_args()
    if given.ours:
        for line in ours(given.ours):
            print(line, flush=True)  # noqa: T201 – what it is run for
        return
    if given.measure:
        print(json.dumps(measure(given.measure, given.engine[0])))  # noqa: T201 – what it is run for
        return
    lines = ["  triples engine          read s  shacl s   wall s    MiB  results digest"]
    for triples in given.triples:
        lines += [
            f"{row['triples']:>9} {row['engine']:<14} {row['read']:>7} {row['shacl']:>8} {row['wall']:>8}"
            f" {row['MiB']:>6} {row['results']:>8} {row['digest']} {row['faults'] or ''}"
            for row in run(triples, given.engine)
        ]
    print("\n".join(lines))  # noqa: T201 – what it is run for


if __name__ == "__main__":
    main()
