"""One store to publish to: its queries, updates and graphs, and what it says when it will not.

SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/, and Graph Store HTTP Protocol,
https://www.w3.org/TR/sparql11-http-rdf-update/
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Self, TypeVar

import httpx

from stadsgraaf import __version__
from stadsgraaf.closing import Closing
from stadsgraaf.errors import NotPublished, Text, UsageError
from stadsgraaf.publishing.engines import ENGINES, Addresses, Engine, recognise
from stadsgraaf.settings import Settings
from stadsgraaf.store.exchange import JSON, PROBE, truth_of
from stadsgraaf.store.origin import authorization, checked_address

__all__ = ["Target"]

_Found = TypeVar("_Found")
_MARKUP: Final = re.compile(r"<title>.*?</title>|<[^>]*>", re.DOTALL)
#: Seconds that connecting may take.
_CONNECT: Final = 10.0
#: A store may not say of what kind it is to who does not say who they are.
_WHO: Final = (401, 403)
#: What statuses mean that have a meaning of their own here.
_SAID: Final[Mapping[int, Text]] = {
    401: Text(
        "it wants to know who this is: set STADSGRAAF_STORE_USER and STADSGRAAF_STORE_PASSWORD, or "
        "STADSGRAAF_STORE_TOKEN",
        "hij wil weten wie dit is: zet STADSGRAAF_STORE_USER en STADSGRAAF_STORE_PASSWORD, of "
        "STADSGRAAF_STORE_TOKEN",
    ),
    403: Text("this user may not write there", "deze gebruiker mag daar niet schrijven"),
    404: Text(
        "there is nothing at that address: is --to, or --engine, another one?",
        "op dat adres is niets: is --to, of --engine, een andere?",
    ),
    405: Text(
        "that address does not take this: is --engine another one?",
        "dat adres neemt dit niet aan: is --engine een andere?",
    ),
    413: Text(
        "it takes no body of this size: raise its limit, or give --chunk a lower number",
        "hij neemt geen inhoud van deze omvang: verhoog zijn grens, of geef --chunk een lager getal",
    ),
}


class Target(Closing):
    """``with Target.open("http://localhost:7878/query", settings) as target: …``."""

    def __init__(self, engine: Engine, addresses: Addresses, client: httpx.Client) -> None:
        self.engine = engine
        self._addresses = addresses
        self._client = client

    @classmethod
    def open(
        cls, url: str, settings: Settings, engine: str | None = None, seconds: float = 600.0
    ) -> Self:
        """The store that takes queries at an address; ``seconds`` is what one exchange may take.

        Raises UsageError when the address is none, or its kind is neither said nor known; and
        NotPublished when it does not answer.
        """
        checked_address(url)
        client = httpx.Client(
            timeout=httpx.Timeout(seconds, connect=_CONNECT),
            headers={"User-Agent": f"Stadsgraaf/{__version__}"},
            trust_env=False,
            follow_redirects=False,
        )
        try:
            kind = ENGINES[engine] if engine else _recognised(client, url)
            target = cls(kind, kind.addresses(url), client)
            target._introduce(settings)
            target.truth(PROBE)
        except BaseException:
            client.close()
            raise
        return target

    def _introduce(self, settings: Settings) -> None:
        """From now on it hears who this is; with Digest it asks that first, and Basic says nothing."""
        name, password = settings.store_user, settings.store_password
        if self.engine.has_digest and name and not settings.store_token:
            self._client.auth = httpx.DigestAuth(name, password)
        elif value := authorization(name, password, settings.store_token):
            self._client.headers["Authorization"] = value

    def close(self) -> None:
        """Give up its connections."""
        self._client.close()

    @property
    def takes_quads(self) -> bool:
        """Whether it takes N-Quads, many graphs at once."""
        return self._addresses.bulk is not None

    # --- asking ---------------------------------------------------------------------------------

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The solutions of a SELECT, as SPARQL 1.1 Query Results JSON has them."""
        return list(self._ask(query, lambda said: said["results"]["bindings"]))

    def truth(self, query: str) -> bool:
        """The truth of an ASK."""
        return self._ask(query, truth_of)

    def count(self, graph: str) -> int:
        """How many triples a named graph has."""
        rows = self.rows(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        return int(rows[0]["n"]["value"])

    def _ask(self, query: str, read: Callable[[Any], _Found]) -> _Found:
        # who may write asks where it is known: some stores show an anonymous reader less
        url = self._addresses.update if self.engine.has_digest else self._addresses.query
        with _troubles(url):
            answer = self._client.post(url, data={"query": query}, headers={"Accept": JSON})
            _check(answer)
            try:
                return read(json.loads(answer.content))
            except (ValueError, KeyError, TypeError, RecursionError):
                reason = Text("its answer is no SPARQL JSON", "zijn antwoord is geen SPARQL-JSON")
                raise NotPublished(reason=reason) from None

    # --- changing -------------------------------------------------------------------------------

    def update(self, update: str) -> None:
        """Do a SPARQL Update."""
        name = "query" if self.engine.has_digest else "update"  # Virtuoso's own way
        with _troubles(self._addresses.update):
            _check(self._client.post(self._addresses.update, data={name: update}))

    def add(self, graph: str, lines: Iterable[bytes]) -> None:
        """Add N-Triples to a named graph."""
        with _troubles(self._addresses.graphs):
            _check(
                self._client.post(
                    self._addresses.graphs,
                    params={"graph": graph},
                    content=b"".join(lines),
                    headers={"Content-Type": "application/n-triples"},
                )
            )

    def add_quads(self, lines: Iterable[bytes]) -> None:
        """Add N-Quads."""
        address = self._addresses.bulk or self._addresses.graphs
        with _troubles(address):
            _check(
                self._client.post(
                    address,
                    content=b"".join(lines),
                    headers={"Content-Type": "application/n-quads"},
                )
            )


def _recognised(client: httpx.Client, url: str) -> Engine:
    """The kind of store, which tells it to who does not say who they are."""
    with _troubles(url):
        answer = client.post(url, data={"query": PROBE}, headers={"Accept": JSON})
        found = recognise(answer.headers)
        if found is None and answer.status_code not in _WHO:
            _check(answer)
    if found is None:
        raise UsageError(
            reason="what kind of store this is cannot be seen: say it with --engine, one of "
            + ", ".join(ENGINES)
        )
    return found


@contextmanager
def _troubles(url: str) -> Iterator[None]:
    """What a client meets on its way, in our words; addresses are those that were given."""
    try:
        yield
    except httpx.TimeoutException:
        reason = Text(f"{url} does not answer in time", f"{url} antwoordt niet op tijd")
        raise NotPublished(reason=reason) from None
    except httpx.HTTPError:
        reason = Text(f"{url} cannot be reached", f"{url} is onbereikbaar")
        raise NotPublished(reason=reason) from None
    except NotPublished as error:
        said = error.members["reason"]
        assert isinstance(said, Text)  # noqa: S101 – `_check` gives nothing else
        raise NotPublished(reason=Text(f"{url}: {said.en}", f"{url}: {said.nl}")) from None


def _check(answer: httpx.Response) -> None:
    """Raise NotPublished for anything but success."""
    if answer.is_success:
        return
    status = answer.status_code
    reason = _SAID.get(status) or Text(
        f"it answers with status {status}: {_beginning(answer)}",
        f"hij antwoordt met status {status}: {_beginning(answer)}",
    )
    raise NotPublished(reason=reason)


def _beginning(answer: httpx.Response) -> str:
    """The beginning of what it says, without marks: who publishes is who looks after the store."""
    return " ".join(_MARKUP.sub(" ", answer.text[:4000]).split())[:300]
