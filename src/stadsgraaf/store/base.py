"""The one interface between a question and an answer.

Any engine can stand behind it: pyoxigraph in this process, in killable workers, or a remote
SPARQL 1.1 Protocol store.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from stadsgraaf.errors import Text
from stadsgraaf.media import Form, Format

__all__ = [
    "Answer",
    "Begun",
    "Chunks",
    "Door",
    "Elsewhere",
    "Form",
    "Limits",
    "Prompt",
    "Question",
    "Running",
    "Share",
    "Sharing",
    "Store",
    "Supervised",
    "Task",
    "Whole",
    "WholeAnswer",
]


#: What is to be done with a query.
Task = Literal["answer", "check", "explain", "why"]


@dataclass(frozen=True)
class Question:
    """A SPARQL query and how its answer should look.

    ``results`` is the format for SELECT and ASK, ``rdf`` the one for CONSTRUCT and DESCRIBE; the
    form of the query decides which is used. None there means the client accepts none: then the
    store raises NotAcceptable.

    ``default_graphs`` and ``named_graphs`` are those of the SPARQL 1.1 Protocol and replace FROM
    and FROM NAMED. Without any, and without FROM, the default graph is the union of all graphs.

    ``bindings`` maps variable names (without ``?``) to RDF terms in N-Triples notation.

    ``task`` is what to do with the query, if not answer it; what comes is then a JSON object, or
    the error. ``check`` has it read and not evaluated: ``valid``, ``form`` and ``variables``;
    ``explain`` tells its parts and how much they match; ``why`` tells why it has no solutions.

    ``labels`` are languages, the best first: then a SELECT has a column of labels after each
    column of IRIs.

    ``client`` says whose question it is, so that each client gets its share; any text will do.
    """

    query: str
    results: Format | None = None
    rdf: Format | None = None
    base_iri: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)
    client: str = ""
    task: Task = "answer"
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What one question may cost; ``held`` is in bytes, for answers that go out when all is there."""

    seconds: float = 30.0
    memory_mib: int = 1024
    rows: int = 1_000_000
    bytes: int = 104_857_600
    held: int = 16_777_216


class Chunks(Protocol):
    """The bytes of an answer as they come: an asynchronous iterator.

    Ends when the answer is complete, else raises a StoreError or RequestError. ``aclose`` stops the
    work behind it; it may be called at any time, and again.
    """

    def __aiter__(self) -> "Chunks":
        """Itself."""
        ...

    async def __anext__(self) -> bytes:
        """The next bytes."""
        ...

    async def aclose(self) -> None:
        """Stop the work behind this answer."""
        ...


class Whole:
    """Chunks of which all are there: one."""

    def __init__(self, body: bytes) -> None:
        self._rest = [body]

    def __aiter__(self) -> "Whole":
        return self

    async def __anext__(self) -> bytes:
        if not self._rest:
            raise StopAsyncIteration
        return self._rest.pop()

    async def aclose(self) -> None:
        """Part of `Chunks`."""
        self._rest.clear()


@dataclass(frozen=True)
class Answer:
    """What goes out: its format, the form of the query, and the bytes as they come.

    ``size`` is the number of bytes when all of them are there already: then nothing can go wrong.

    Read all of it, or close it::

        answer = await store.answer(question, limits)
        try:
            async for chunk in answer.chunks:
                ...
        finally:
            await answer.aclose()
    """

    form: Form
    format: Format
    chunks: Chunks
    size: int | None = None

    async def read(self) -> bytes:
        """The whole answer: ``body = await (await store.answer(question, limits)).read()``.

        Raises what the store raises when the answer breaks off.
        """
        try:
            return b"".join([chunk async for chunk in self.chunks])
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Stop the work behind this answer."""
        await self.chunks.aclose()


class WholeAnswer(NamedTuple):
    """An answer of which all is here: the form of the query, the format, the bytes."""

    form: Form
    format: Format
    body: bytes


class Begun(Protocol):
    """A question that a store took on."""

    @property
    def whole(self) -> WholeAnswer | None:
        """The answer, when all of it is here; it stays until it is abandoned or read."""
        ...

    async def answer(self) -> Answer:
        """What `Store.answer` gives, or raises."""
        ...

    def abandon(self) -> None:
        """Nobody waits for it any more: the work ends."""
        ...


@runtime_checkable
class Prompt(Protocol):
    """A store that takes questions on without being waited for."""

    def begin(
        self, question: Question, limits: Limits, told: Callable[[], None] | None = None
    ) -> Begun:
        """Take it on; ``told`` is called once, when its answer begins, is whole, or will not come.

        Raises at once what is known at once; see `Store.answer`.
        """
        ...


class Door(Protocol):
    """The one way to other endpoints: what a query calls in SERVICE is asked through it."""

    async def ask(self, service: str, query: str) -> bytes:
        """The answer of a service, by its IRI: SPARQL 1.1 Query Results JSON.

        Raises ServiceNotAllowed, ServiceFailed or ServiceTimeout.
        """
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


@dataclass(frozen=True)
class Share:
    """What a client may have: slow queries at once, and seconds of evaluation per minute.

    ``seconds_left`` is what it has left of the latter; 0 seconds is no limit.
    """

    limit: int
    used: int
    seconds: float = 0.0
    seconds_left: float = 0.0


@runtime_checkable
class Sharing(Protocol):
    """A store that gives every client its share."""

    def share(self, client: str) -> Share:
        """The share of a client now."""
        ...


@dataclass(frozen=True)
class Running:
    """A question under way, for who looks after the store.

    ``seconds`` is how long ago it was asked. It waits for a worker, runs, runs so long that it is
    one of the ``slow`` ones, or is ``held-up`` by a reader that does not take its answer.
    """

    id: str
    client: str
    query: str
    state: Literal["waiting", "running", "slow", "held-up"]
    seconds: float


@runtime_checkable
class Elsewhere(Protocol):
    """A store whose data may be elsewhere, and may be changed there."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether its data are."""
        ...

    @property
    def trouble(self) -> Text | None:
        """Why what it answers is not of the release that it should have; None when it is."""
        ...

    async def unexpected(self) -> str | None:
        """Look which release the data there are of: None when it should be that one; "" for none.

        Raises a StoreError when it cannot be seen.
        """
        ...


@runtime_checkable
class Supervised(Protocol):
    """A store that shows what it is doing, and can be told to stop one thing."""

    def running(self) -> Sequence[Running]:
        """The questions under way, the oldest first."""
        ...

    def stop(self, id_: str) -> bool:
        """End one: its client gets QueryStopped. False when there is none of that name."""
        ...


class Store(Protocol):
    """Something that answers SPARQL queries."""

    async def answer(self, question: Question, limits: Limits) -> Answer:
        """Begin to answer. Returns when the first bytes are there.

        Raises MalformedQuery, NotSupported, ServiceNotAllowed, ServiceFailed, ServiceTimeout,
        UpdateNotAllowed, InvalidParameter, NotAcceptable, QueryTooLong, QueryTooDeep, QueryTooComplex, QueryTimeout, QueryMemoryLimit,
        QueryStopped, ResultTooLarge, TooManyRequests or StoreBusy.
        """
        ...

    async def close(self) -> None:
        """Let go of every process, file and socket. Answers under way are broken off."""
        ...
