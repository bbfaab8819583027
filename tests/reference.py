"""REFERENCE.md, written from the things themselves: ``make reference``.

``test_docs.py`` proves that the file in the repository is what this writes.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from asked import read_queries
from pyoxigraph import Literal, NamedNode

from stadsgraaf.cli import main
from stadsgraaf.comparison.breaking import RULES
from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import PROBLEMS, StadsgraafError
from stadsgraaf.namespaces import PREFIXES, shorten
from stadsgraaf.publishing.engines import ENGINES
from stadsgraaf.publishing.publish import STAGING
from stadsgraaf.settings import ENVIRONMENT_PREFIX, Settings
from stadsgraaf.store.published import MERGE, PUBLISHED
from stadsgraaf.validation.catalogue import rules
from stadsgraaf.web.app import ADMINISTRATION, ROUTES

#: What answers at an address; a route without a row here has no documentation, and fails the test.
ADDRESSES = {
    "/": "where to begin",
    "/sparql/check": "whether a query is SPARQL, and where not; it is not evaluated",
    "/sparql/explain": "the parts of a query, and how much each matches",
    "/sparql/why-empty": "why a query has no solutions: the smallest failing pattern, and what may be meant",
    "/sparql": "the SPARQL 1.1 Protocol endpoint; without a query its service description, or the form",
    "/sparql/terms": "the prefixes, classes and properties that a query can use, with labels and counts, as JSON",
    "/id/{rest}": "303 to the document about the thing; 404 with what is near when there is none",
    "/def/{rest}": "303 to the document about the term or concept",
    "/doc/{rest}": "the document: HTML or RDF, by `Accept` or by suffix `.html .ttl .jsonld .nt .rdf .trig .nq`",
    "/resource": "the same for any other IRI: `/resource?iri=…`",
    "/resource.{suffix}": "the same in one format",
    "/graph/{rest}": "a named graph",
    "/shacl": "RDF that is posted, validated against the published shapes: a report as RDF, JSON, SARIF or a page",
    "/lookup": "303 to our thing for anybody's IRI (`?iri=`), its page or its code; a list when there are several",
    "/lookup.json": "the same, always the list",
    "/search": "things by name, as a page or as JSON",
    "/search.json": "the same, always JSON",
    "/browse": "everything by kind",
    "/claims": "the claims: who holds what, how strongly",
    "/map": "the places of the dataset",
    "/map/land.svg": "their outlines, as the picture under every map",
    "/timeline": "the events, also those whose day is not known exactly; `thing=` what is dated near one",
    "/vocabulary": "the classes and properties, documented from the ontology",
    "/article": "the source with the claims at their passages",
    "/conformance": "which of W3C's SPARQL tests pass, and why the others do not",
    "/statistics": "what is counted and measured of the dataset, each figure with its query",
    "/queries": "the canned queries",
    "/queries/{name}": "one canned query: its parameters, its answer, its SPARQL",
    "/data": "downloads, named graphs, how to cite; the description of the dataset, by `Accept`",
    "/data.{suffix}": "the description of the dataset in one format: DCAT, VoID, DQV",
    "/.well-known/void": "the description, where machines look for it; a browser goes to `/data`",
    "/.well-known/api-catalog": "what can be asked by program, as a linkset (RFC 9727)",
    "/.well-known/security.txt": "whom to tell of a weakness (RFC 9116)",
    "/openapi.json": "every address that a program would use, as OpenAPI 3.1",
    "/robots.txt": "what crawlers may read",
    "/sitemap.xml": "the pages of all things; of more than 50,000 an index",
    "/sitemap-{number}.xml": "a part of it",
    "/llms.txt": "what this is, for language models",
    "/void": "the description again",
    "/void.{suffix}": "the same in one format",
    "/releases": "the releases that `?release=` takes, as a page or as JSON",
    "/changes": "what changed between two releases, `?from=&to=`, as a page or as RDF Patch",
    "/changes.rdfp": "the same, always RDF Patch",
    "/dumps/{name}": "a dump",
    "/def/rule": "the rules of validation beside the shapes",
    "/def/rule/{name}": "what one of them means, with a bad and a good example",
    "/def/problem/{slug}": "what a problem type means: HTML, JSON or RDF, by `Accept` or by suffix",
    "/accessibility": "accessibility statement",
    "/privacy": "privacy statement",
    "/live": "whether the process lives",
    "/ready": "whether questions are answered",
    "/admin/queries": "for an administrator: the queries under way, as JSON",
    "/admin/queries/{id}": "for an administrator: `DELETE` stops one",
    "/metrics": "for an administrator: numbers for Prometheus",
    "/admin/reload": "for an administrator, `POST`: build again where a folder is served, and switch to the current release",
    "/static/{name}": "style, scripts, fonts",
}


def routes() -> set[str]:
    """Every address of the application, without the converters of its parameters."""
    return {route.path.replace(":path}", "}") for route in (*ROUTES, *ADMINISTRATION)}


def reference(root: Path) -> str:
    """The text of REFERENCE.md."""
    parts = [
        _intro(),
        _commands(),
        _settings(),
        _addresses(),
        _problems(),
        _queries(root),
        _shapes(root),
        _DUMPS,
        _clients(root),
        _stores(root),
        _integration(),
        _validation(),
        _breaking(),
    ]
    return "\n".join(parts)


_DUMPS = """## Dumps

The whole and each named graph as N-Quads, TriG, Turtle and JSON-LD (the whole as N-Triples too), plain, `.gz` and
`.zst`; each linkset as N-Triples. They are files of the release: byte ranges, `Repr-Digest`, `Content-Digest`, and the
SHA-256 of a file is its entity tag. That of `dataset.nq`, which is canonical (RDFC-1.0), is the digest of the release.
Where data have triple terms of RDF 1.2, which JSON-LD cannot say, there are no dumps in JSON-LD, and what has one is
406 in it.

HDT is not among them: of what PyPI has, rdflib-hdt only reads, hdtkit and pyhdtkit want Python 3.12. What
pyhdtkit 0.4.0 writes it reads back as the same triples, but no reader of other makers could be had to confirm it.
"""


def _stores(root: Path) -> str:
    kinds = (
        (
            f"`{each.name}`",
            "yes" if each.is_tested else "no: by its documentation",
            "N-Quads, many graphs at once"
            if each.bulk is not None
            else "N-Triples, graph by graph",
            "all at once"
            if each.is_atomic
            else "graph by graph, within the one update: readers may see both releases meanwhile",
        )
        for each in ENGINES.values()
    )
    path = root / "tests" / "store" / "contract" / "differences.csv"
    with path.open(encoding="utf-8", newline="") as file:
        differences = [(row["engine"], row["difference"]) for row in csv.DictReader(file)]
    return (
        f"""## Other stores

`stadsgraaf publish ARCHIVE --to URL` loads a release into another store, `stadsgraaf serve ARCHIVE
--store URL` puts the pages, the endpoint and all limits in front of it: pages take labels, search,
statistics and dumps from the release, and every query goes to the store. Any SPARQL 1.1 Protocol store can
be asked; what it answers is read, checked and written anew, so all formats are there whatever it knows.
Only its one address is asked: no redirect is followed, and SERVICE goes through the allow-list here, never
through the store. What the store shows to this server anybody can read: give it a user that may only read.

Without a folder, `stadsgraaf serve --store URL` asks the store what it has (`stadsgraaf survey`): named graphs,
counts, and the statements that name, sort and link things, up to `survey_statements` of one property. What is
left out is said at the start and on `/data`; there are no dumps, and no older releases. Entity tags are of the
survey: what is changed in a store that names no release is noticed at a reload (SIGHUP), or when the survey is
older than `survey_age`. What is published there is noticed within `store_watch` seconds: then it is surveyed again.
With an archive, `/ready` says 503 while the store has another release than the one that is served. A store that is
away at the start is waited for: every address says 503 until it can be surveyed. Where a store has named graphs and
a default graph apart from them, the latter is left out: the Protocol has no name for it.

Publishing loads staging graphs (`{STAGING}…`), counts them, and switches by one SPARQL Update of
MOVEs; `<{PUBLISHED}>` then names the release. Where graphs share triples, `<{MERGE}>` has the merge: the
default graph. A run that is ended, at any moment, leaves the old release; the next one removes what it left.

"""
        + _table(("store", "tested", "what it is sent", "the switch"), kinds)
        + """
The rules of stores (`tests/store/contract/`) hold for data in memory, on the disk, Oxigraph's server and
Virtuoso 7.2, except:

"""
        + _table(("store", "what it does otherwise"), iter(dict.fromkeys(differences)))
        + _VIRTUOSO
    )


_VIRTUOSO = """
In front of Virtuoso 7.2.5 the pages are those of our own engine, and so are most answers; 16 of the queries here
differ (`tests/publishing/test_in_front_of_virtuoso.py` asks some that do not). A truth that is computed is the number 1
or 0, a quotient of whole numbers is rounded down, `COALESCE` of a comparison and some `UNION`s after `VALUES` lose
solutions, GeoSPARQL functions are errors of the store (502), and it keeps coordinates to six or seven digits. The RDF
of a thing (`/doc/….ttl`) is asked for in steps, and is that of our own engine but for these coordinates; lists of
more than 20 members, or blank nodes nested as deep, are asked for with paths on which Virtuoso spends more than the
time that there is: 504.

Fuseki, GraphDB, Stardog, Neptune and QLever are in none of Debian, PyPI and npm as servers, and were not tried.
"""


def _integration() -> str:
    return """## In commits, CI and editors

Hooks for [pre-commit](https://pre-commit.com), in `.pre-commit-config.yaml`; quick ones on commit,
everything on push (`pre-commit install -t pre-commit -t pre-push`):

```yaml
repos:
  - repo: ADDRESS-OF-THIS-REPOSITORY
    rev: v0.1.0
    hooks: [id: stadsgraaf-fmt, id: stadsgraaf-validate-changed, id: stadsgraaf-validate, id: stadsgraaf-diff]
```

What validation finds is remembered in `~/.cache/stadsgraaf/validation` (or below `XDG_CACHE_HOME`), by the bytes of all files,
the options and the software: at most 64 results, sealed with a key of that folder, so that what others put there counts for
nothing. `--no-cache` or `STADSGRAAF_NO_CACHE=1` does without.

`--changed` tells what a full run finds now and a full run of the revision does not. It does not take these two: shapes, their
queries and rules that read nothing of what is different do not run, the others are asked of the things from which what they read
leads to it, with the triples that tell of these. Of a query of which that cannot be shown (a sub-select, things that only a
FILTER compares), all is asked. All is looked at on both sides where more may come of a change: class hierarchies, shapes with
what SHACL itself has not, comments that suppress and rules that are off in some files only (what is found may stand elsewhere
now), other owners of blank nodes, a finding that hid another one, and the engine `turbo`, which refuses all shapes for one.

GitHub: annotations, a summary of the job, and SARIF for code scanning, also when there are findings.
`.github/workflows/fix.yml` formats a branch for people without tools; copy it.

```yaml
steps:
  - uses: actions/checkout@v4
    with: {fetch-depth: 0}
  - uses: OWNER/stadsgraaf@v0.1.0
    with: {paths: ontology data, diff: origin/main}
```

GitLab: a code quality report and JUnit. The job installs from the project that has the template, on the
same GitLab, or what `STADSGRAAF_PACKAGE` names.

```yaml
include: {project: GROUP/stadsgraaf, ref: v0.1.0, file: .gitlab/stadsgraaf.gitlab-ci.yml}
rdf:
  extends: .stadsgraaf
  variables: {STADSGRAAF_PROJECT: GROUP/stadsgraaf, STADSGRAAF_REF: v0.1.0, STADSGRAAF_DIFF: origin/main}
```

Editors: `stadsgraaf validate --format lines` writes one line a finding, as compilers do. A task of
VS Code with `"problemMatcher": "$gcc"` shows them; `.github/problem-matcher.json` does so in a job
(`echo "::add-matcher::.github/problem-matcher.json"`).
"""


def _validation() -> str:
    rows = (
        (f"`{name}`", found.severity.value, found.title.en)
        for name, found in sorted(rules().items())
        if not name.startswith("breaking/")
    )
    return """## Validation

`stadsgraaf validate` runs its rules on any folder of RDF. A profile, `.stadsgraaf-validate.yaml` in that
folder or what `--profile` names, says how severe a rule is where; the first pattern of files that fits counts:

```yaml
severity:
  skos/orphan: violation
  label/*: info
  https://example.org/shape/Person-name: warning
  format/turtle:
    data/reference/**: off
    "**": warning
exclude: [tests/**]
fail-on: warning            # what gives exit code 1; default: violation
baseline: known.json        # findings that pass; --write-baseline makes it, and what is stale is told
since: latest               # the last release: newest tag, a revision, a folder or a file
advanced: true              # evaluate SHACL-AF too
```

A comment lets a finding of its line pass, or of the next line when it stands alone; without a reason it is a finding itself:

```turtle
ex:a ex:born "1900-02-29"^^xsd:date . # stadsgraaf:ignore lexical/literal -- so in the register
```

A profile of the shapes of others goes by its name (`--profile nl-sbb`, `dcat-ap-nl`), shapes from elsewhere by `--shapes`.
SHACL-AF (`sh:target`, `sh:rule`, `sh:SPARQLFunction`, `sh:expression`) is evaluated with `--advanced`, by the engine as it
comes and so more slowly; `sh:values` and JavaScript never are, and that is told.

Exit codes: 0 no violation (or what `--fail-on` names), 1 findings, 2 wrong usage, 3 something failed, so that not all was
checked. `conforms`, in JSON and as `sh:conforms` in the report of SHACL (with `sh:conformanceDisallows sh:Violation`), is
true where nothing failed and there is no violation.

`stadsgraaf validate explain RULE` says why a rule is there, how to mend what it finds, and shows a bad and a good example.

""" + _table(("rule", "severity", "what it finds"), rows)


def _breaking() -> str:
    rows = ((f"`{name}`", text.en) for name, text in RULES.items())
    return """## Breaking changes

What `stadsgraaf diff` fails on until the version of the ontology, concept scheme or dataset that the
thing belongs to goes up by a major one (before 1.0.0 a minor one), or `--allow IRI` says that it is
meant.

""" + _table(("rule", "what it finds"), rows)


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    cells = ([cell.replace("|", r"\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def _intro() -> str:
    return """# Reference

Everything that has a name. Written by `make reference`; a test fails when it is out of date.
"""


def _commands() -> str:
    def usage(name: str, command: click.Command) -> str:
        return " ".join(["stadsgraaf", name, *command.collect_usage_pieces(click.Context(command))])

    rows = (
        (
            f"`{usage(name, command).replace(' [OPTIONS]', '')}`",
            (command.help or "").splitlines()[0],
        )
        for name, command in sorted(main.commands.items())
    )
    return """## Commands

`--help` on each shows its options and examples. Exit codes: 0 done · 1 findings (violations,
mismatches, syntax errors in the data) · 2 wrong usage · 3 failure of the machine or the program · 130
interrupted (Ctrl+C; a server ends with 0).

""" + _table(("command", "what it does"), rows)


def _settings() -> str:
    rows = (
        (f"`{row.name}`", "–" if row.default == "" else f"`{row.default}`", row.help)
        for row in Settings.table()
    )
    return f"""## Settings

An option of `stadsgraaf serve` (`--query-timeout`), else a variable in the environment
(`{ENVIRONMENT_PREFIX}QUERY_TIMEOUT`), else a key of a TOML file (`stadsgraaf --config FILE`, else
`stadsgraaf.toml` in the working folder: `query_timeout = 10`), else the default. What is no setting, or
cannot be, is refused. `stadsgraaf settings` prints what is in force and where it came from.

""" + _table(("setting", "default", "what it is"), rows)


def _addresses() -> str:
    return """## Addresses

Before any page's path, `/nl` or `/en` fixes the language; without it `Accept-Language` decides.

""" + _table(
        ("address", "what answers"), ((f"`{path}`", words) for path, words in ADDRESSES.items())
    )


def _walk(error: type[StadsgraafError]) -> Iterator[type[StadsgraafError]]:
    yield error
    for child in error.__subclasses__():
        yield from _walk(child)


def _problems() -> str:
    rows = (
        (f"`{error.slug}`", str(error.status), error.title.en) for error in _walk(StadsgraafError)
    )
    return f"""## Problem types

Errors are problem details (RFC 9457), or a page with the same words when a browser asks. The type
is `{PROBLEMS}` and the name below.

""" + _table(("problem type", "status", "title"), rows)


def _queries(root: Path) -> str:
    queries = [*read_queries(root / "queries"), *read_queries(root / "queries" / "rules")]
    return """## Queries

`stadsgraaf query NAME` asks one, and so does its page at `/queries/NAME`. The last ones are rules:
what they construct is a named graph of its own.

""" + _table(("query", "question"), ((f"`{query.name}`", query.summary.en) for query in queries))


def _shapes(root: Path) -> str:
    dataset = Dataset.load(root)
    names: dict[str, str] = {}
    shapes: set[str] = set()
    for quad in dataset.asserted:
        subject, value = quad.subject, quad.object
        if not isinstance(subject, NamedNode):
            continue
        if quad.predicate.value == PREFIXES["sh"] + "name" and isinstance(value, Literal):
            names |= {subject.value: value.value} if value.language == "en" else {}
        elif quad.predicate.value == PREFIXES["rdf"] + "type" and isinstance(value, NamedNode):
            shapes |= {subject.value} if value.value == PREFIXES["sh"] + "NodeShape" else set()
    rows = ((f"`{shorten(iri, dataset.prefixes)}`", names.get(iri, "")) for iri in sorted(shapes))
    return """## Shapes

The node shapes of `shapes/`. The property shapes of each are named after it: `shape:Claim-modality`.

""" + _table(("shape", "about, or what it finds"), rows)


#: What a client of others is asked to do, in the words of the table.
ABILITIES = {
    "selects": "gets every term as it is",
    "asks": "ASK",
    "values": "a question of 40 kB",
    "joins": "own data with ours, 300 rows",
    "joins two": "ours with another endpoint",
    "refused": "a question that is refused",
    "late": "a question that takes too long",
    "broken": "an answer that breaks off",
}


def _clients(root: Path) -> str:
    with (root / "tests" / "federation" / "clients.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    outcomes = {(row["client"], row["ability"]): row["outcome"] for row in rows}
    clients = list(dict.fromkeys(row["client"] for row in rows))
    table = (
        (words, *(outcomes.get((client, ability), "–") for client in clients))
        for ability, words in ABILITIES.items()
    )
    return """## Clients of others

What real clients get from a running server; `tests/federation/` asks them all again. rdflib and
Oxigraph, Jena ARQ and Virtuoso ask by `SERVICE`; Comunica needs only the address, alone or among
others. Versions: Comunica 4.5.0 (with `rdf-data-factory` 2, without which it loses language tags),
rdflib 7, SPARQLWrapper 2, Oxigraph 0.5, Jena 4.5.0 and Virtuoso 7.2.5 of Debian 12. Virtuoso needs
`GRANT SELECT ON "DB.DBA.SPARQL_SINV_2"` and `GRANT EXECUTE ON "DB.DBA.SPARQL_SINV_IMP"` for its
user `SPARQL` before it asks anybody.

The other way round, a query asks others by `SERVICE` when the setting `services` lists them. With
`services=wikidata=https://query.wikidata.org/sparql,cbs=https://betalinkeddata.cbs.nl/sparql` the
queries `list-mayors` and `rank-by-population` can be asked as they are, and any query can say
`SERVICE <service:wikidata>`.

""" + _table(("what is asked", *clients), table)


if __name__ == "__main__":
    sys.stdout.write(reference(Path(__file__).resolve().parent.parent))
