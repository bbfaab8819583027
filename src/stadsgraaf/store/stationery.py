"""What a worker needs to know of HTTP to answer requests that differ in nothing but their query.

Requests are compared with it to the letter, and answers are put together of its parts; what these mean
is known to who wrote them.
"""

import marshal
import time
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from email.utils import formatdate
from functools import cached_property, lru_cache
from random import getrandbits
from typing import Final

from stadsgraaf.coding import Packing, is_packable, tagged
from stadsgraaf.media import Format
from stadsgraaf.percent import PLAIN, decoded
from stadsgraaf.store.base import Limits, Question
from stadsgraaf.store.identity import entity_tag
from stadsgraaf.store.wire import decode_question

__all__ = ["LARGEST", "LONGEST_QUERY", "PLACE", "Head", "Stationery", "identifier", "opened"]

#: Bytes of a query, as it stands in an address, and of a body that this is for.
LONGEST_QUERY: Final = 4096
LARGEST: Final = 16_384
#: Stands for the entity tag.
PLACE: Final = '"entity-tag"'

#: Of a request: what precedes its query, what follows that in the address, and the rest of its head.
Head = tuple[bytes, bytes, bytes]

_VERSION: Final = b" HTTP/1.1\r\n"
_QUERY: Final = b"?query="
_PLACE: Final = PLACE.encode("ascii")
#: Part of the answer to a request that nobody gave an identifier.
_BITS: Final = 64


def opened(request: bytes) -> tuple[Head, bytes]:
    r"""The head of a request, and its query, which is empty when it is not first in the address, or not plain.

    >>> opened(b"GET /sparql?query=ASK+%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n")
    ((b'GET /sparql', b'', b'Host: x\r\n\r\n'), b'ASK+%7B%7D')
    """
    start, _, rest = request.partition(_VERSION)
    path, _, asked = start.partition(_QUERY)
    query, _, more = asked.partition(b"&")
    return (path, more, rest), b"" if query.translate(None, PLAIN) else query


def identifier() -> bytes:
    """An identifier for a request that came without."""
    return b"%016x" % getrandbits(_BITS)


@dataclass(frozen=True)
class Stationery:
    """The parts of a request around its query, what they ask for, and the parts of an answer.

    ``path``, ``more`` and ``rest`` are what `opened` gives. ``question`` is as workers get one, without its query. Of an answer, ``first`` goes before the date
    and ``common`` behind it; then come the fields of its format, by name in ``tagged`` with `PLACE` for the entity tag, in
    ``untagged`` without one; behind its length a note about the client, and ``last``, which goes before
    the identifier.
    """

    path: bytes
    more: bytes
    rest: bytes
    question: bytes
    release: str
    coding: str | None
    first: bytes
    common: bytes
    tagged: Mapping[str, bytes]
    untagged: Mapping[str, bytes]
    last: bytes

    @property
    def head(self) -> Head:
        """The head of such a request, but for its query."""
        return self.path, self.more, self.rest

    def encoded(self) -> bytes:
        """As it goes to a worker."""
        return marshal.dumps(astuple(self))

    @classmethod
    def of(cls, encoded: bytes) -> "Stationery":
        """What it was."""
        return cls(*marshal.loads(encoded))  # noqa: S302 – from the lane, whose child this is

    @cached_property
    def _usual(self) -> tuple[Question, Limits]:
        return decode_question(self.question)

    @property
    def limits(self) -> Limits:
        """What an answer may cost."""
        return self._usual[1]

    def read(self, query: bytes) -> Question:
        """The question with this query. Raises NotUtf8 or RequestError."""
        usual = self._usual[0]
        return Question(
            decoded(query, "address"),
            usual.results,
            usual.rdf,
            usual.base_iri,
            usual.default_graphs,
            usual.named_graphs,
            labels=usual.labels,
        )

    def tag(self, question: Question) -> str | None:
        """The entity tag of the answer, before it is packed."""
        return entity_tag(self.release, question)

    def answer(self, chosen: Format, etag: str | None, body: bytes, note: bytes) -> bytes:
        """The whole response."""
        sheet = self.untagged[chosen.name]
        if etag:
            sheet = self.tagged[chosen.name].replace(
                _PLACE, tagged(etag, self.coding).encode("ascii"), 1
            )
        packed = b""
        if self.coding and is_packable(chosen.media_type, len(body)):
            packing = Packing(self.coding)
            body = packing.piece(body) + packing.end()
            packed = b"content-encoding: %b\r\n" % self.coding.encode("ascii")
        return b"%b%b%b%b%bcontent-length: %d\r\n%b%bx-request-id: %b\r\n\r\n%b" % (
            self.first,
            _date(int(time.time())),
            self.common,
            sheet,
            packed,
            len(body),
            note,
            self.last,
            identifier(),
            body,
        )


@lru_cache(maxsize=1)
def _date(now: int) -> bytes:
    return b"date: %b\r\n" % formatdate(now, usegmt=True).encode("ascii")
