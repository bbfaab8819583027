"""``stadsgraaf query``."""

import asyncio
import difflib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import click

from stadsgraaf.canned import CannedQuery
from stadsgraaf.canonical import canonical_nquads
from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import Text, UsageError
from stadsgraaf.media import RDF, RESULTS, Format, by_suffix
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.parameters import given_in
from stadsgraaf.queries import form_of, read_query
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store import Limits, Question
from stadsgraaf.store.door import open_door
from stadsgraaf.store.embedded import EmbeddedStore

__all__ = ["query"]

FORMATS = {form.suffix: form for form in (*RESULTS, *RDF)} | {
    "json": by_suffix("srj", RESULTS),
    "xml": by_suffix("srx", RESULTS),
}


@click.command()
@click.argument("query_file", metavar="FILE|NAME|-")
@click.option(
    "--data",
    "directory",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Folder or release to ask; default: this folder.",
)
@click.option("--format", "suffix", type=click.Choice(sorted(FORMATS)), help="Of the answer.")
@click.option(
    "--set", "given", multiple=True, metavar="NAME=VALUE", help="Bind a parameter of the query."
)
@click.option("--timeout", type=float, default=60.0, help="Seconds that it may take. Default: 60.")
def query(
    query_file: str, directory: Path, suffix: str | None, given: tuple[str, ...], timeout: float
) -> None:
    """Ask a question: a file with SPARQL, the name of a query in queries/, or - for stdin.

    SELECT and ASK answer in TSV, CONSTRUCT and DESCRIBE in Turtle, unless --format says otherwise.
    An IRI may be set with a prefix that the data declares. Exit code 1 when the query or the data
    cannot be read.

    \b
    Examples:
      stadsgraaf query list-network-cities
      stadsgraaf query question.rq --format csv
      stadsgraaf query count-network-members --set network=network:g40 --set date=2018-03-01
      echo 'ASK { ?s ?p ?o }' | stadsgraaf query -
    """
    asked = _read(query_file, directory)
    form = _format(asked, suffix)
    texts = given_in(map(_pair, given))
    store, prefixes = _open(directory)
    question = Question(
        query=asked.sparql,
        results=form if form.kind == "results" else None,
        rdf=form if form.kind == "rdf" else None,
        bindings=asked.bindings(texts, prefixes),
    )
    asyncio.run(_print(store, question, Limits(seconds=timeout)))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(reason=f"--set takes NAME=VALUE, not {text!r}")
    return name, value


def _read(query_file: str, directory: Path) -> CannedQuery:
    if query_file == "-":
        try:
            sparql = sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(reason=f"the query on stdin is not UTF-8: {error}") from None
        return CannedQuery("-", Text("", ""), Text("", ""), sparql, form_of(sparql))
    path = Path(query_file)
    named = directory / "queries" / f"{query_file}.rq"
    if not path.is_file() and named.is_file():
        path = named
    if not path.is_file():
        near = difflib.get_close_matches(query_file, [p.stem for p in named.parent.glob("*.rq")], 1)
        hint = f": did you mean {near[0]}?" if near else ""
        raise UsageError(reason=f"there is no file {query_file} and no query {named}{hint}")
    return read_query(path)


def _format(asked: CannedQuery, suffix: str | None) -> Format:
    kind = "rdf" if asked.form == "graph" else "results"
    chosen = FORMATS[suffix or ("ttl" if kind == "rdf" else "tsv")]
    assert chosen is not None  # noqa: S101 – the table has no gap
    if chosen.kind != kind:
        raise UsageError(reason=f"--format {suffix} does not fit a query of this form")
    return chosen


async def _print(store: EmbeddedStore, question: Question, limits: Limits) -> None:
    try:
        answer = await store.answer(question, limits)
        await _write(answer.chunks)
    finally:
        await store.close()


async def _write(chunks: AsyncIterator[bytes]) -> None:
    last = b""
    async for chunk in chunks:
        sys.stdout.buffer.write(chunk)
        last = chunk or last
    if last and not last.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def _open(directory: Path) -> tuple[EmbeddedStore, Mapping[str, str]]:
    """What is asked, and the prefixes that it declares."""
    door = open_door(Settings.load(os.environ))
    content: Path | bytes
    if Release.is_at(directory):
        release = Release.open(directory)
        content, prefixes = release.store, release.manifest.prefixes
    else:
        dataset = Dataset.load(directory)
        dataset.refuse_faults()
        content, prefixes = canonical_nquads(dataset.quads), dataset.prefixes
    return EmbeddedStore(content, prefixes=prefixes, door=door), {**PREFIXES, **prefixes}
