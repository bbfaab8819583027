"""What stands near a thing, in one question: details, dates, periods and claims.

Each part is a branch of one UNION, told apart by the variables that its solutions bind: a question
costs more for being asked than for being long.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pyoxigraph import Literal

from stadsgraaf.datatypes import dated_in_sparql
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.web.asking import Asker, Row, Term, iris
from stadsgraaf.web.claims import Claim, claim_branches, gather_claims

__all__ = ["PERIOD_ENDS", "Dated", "Nearby", "read_nearby"]

#: Characters of the IRIs in one branch, and of one question: far below ``query_length``.
_AT_ONCE: Final = 15_000
_LONGEST: Final = 40_000
_TIME = PREFIXES["time"]
#: What a period has; where nothing has it there are none.
PERIOD_ENDS: Final = (_TIME + "hasBeginning", _TIME + "hasEnd")
_DATE = f"(<{SG}date>|<{_TIME}inXSDDate>)"
#: Solutions of one branch: a question has three long ones at most, and all of theirs fit in an answer;
#: and dates are all on the page.
_MOST: Final = 5_000
_MOST_DATES: Final = 2_000
_DETAILS: Final = (
    "{{ SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {things} }} ?s ?p ?o . FILTER(!isBlank(?o)) }} "
    f"LIMIT {_MOST} }}}}"
)
_DATED: Final = (
    f"{{{{ SELECT ?n ?p ?d WHERE {{{{ VALUES ?n {{{{ {{things}} }}}} ?n ?p ?d ."
    f" FILTER({dated_in_sparql('?d')}) }}}} LIMIT {_MOST_DATES} }}}}"
)
_PERIODS: Final = (
    f"{{{{ SELECT ?n ?begin ?end WHERE {{{{ VALUES ?n {{{{ {{things}} }}}} ?n ?any ?period ."
    f" ?period <{_TIME}hasBeginning>|<{_TIME}hasEnd> ?moment ."
    f" OPTIONAL {{{{ ?period <{_TIME}hasBeginning>/{_DATE} ?begin }}}}"
    f" OPTIONAL {{{{ ?period <{_TIME}hasEnd>/{_DATE} ?end }}}} }}}} LIMIT {_MOST_DATES} }}}}"
)


class Dated(NamedTuple):
    """Something near the thing that has a date or a period, as EDTF."""

    thing: str
    date: str
    predicate: str | None = None


@dataclass(frozen=True)
class Nearby:
    """What stands near a thing; ``parts`` are the properties of each detail."""

    parts: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)
    dated: list[Dated] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)


async def read_nearby(
    asker: Asker,
    *,
    details: Sequence[str],
    others: Sequence[str],
    periods: Sequence[str],
    claims: Iterable[str],
) -> Nearby:
    """Read the properties of details, the dates of others, periods, and claims.

    Of details and dates that are very many, the first: a page is there whatever is near its thing.
    """
    order = list(dict.fromkeys(claims))
    branches = [
        template.format(things=iris(part))
        for template, things in ((_DETAILS, details), (_DATED, others), (_PERIODS, periods))
        for part in _parts(things)
    ] + claim_branches(order)
    rows = [row for query in _queries(branches) for row in await asker.rows(query)]
    nearby = Nearby(claims=gather_claims((row for row in rows if "claim" in row), order))
    for row in rows:
        _add(nearby, row)
    return nearby


def _parts(things: Sequence[str]) -> Iterator[Sequence[str]]:
    """The things in parts whose IRIs together are short enough for a branch."""
    part: list[str] = []
    length = 0
    for thing in things:
        length += len(thing)
        if part and length > _AT_ONCE:
            yield part
            part, length = [], len(thing)
        part.append(thing)
    if part:
        yield part


def _queries(branches: Iterable[str]) -> Iterator[str]:
    """The branches as few questions, none of them longer than a query may be."""
    together: list[str] = []
    for branch in branches:
        if together and sum(map(len, together)) + len(branch) > _LONGEST:
            yield _union(together)
            together = []
        together.append(branch)
    if together:
        yield _union(together)


def _union(branches: Sequence[str]) -> str:
    return "SELECT * WHERE { " + " UNION ".join(branches) + " }"


def _add(nearby: Nearby, row: Row) -> None:
    if "s" in row:
        nearby.parts.setdefault(row["s"].value, []).append((row["p"].value, row["o"]))
    elif "d" in row:
        nearby.dated.append(Dated(row["n"].value, row["d"].value, row["p"].value))
    elif "n" in row:
        begin, end = (_outer(row.get(name), last) for name, last in (("begin", 0), ("end", -1)))
        dated = Dated(row["n"].value, f"{begin}/{end}")
        if dated not in nearby.dated:
            nearby.dated.append(dated)


def _outer(term: Term | None, part: int) -> str:
    """The outer bound of a moment that may itself be a period: the begin of a begin, and so on."""
    return term.value.split("/")[part] if isinstance(term, Literal) else ".."
