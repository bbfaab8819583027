"""The guarded door to other endpoints: all that a query calls in SERVICE goes through it.

SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/, from the client's side. Nobody is asked
that is not on the allow-list; a redirect is followed only to who is on it too. The address of a host
is looked up once, looked at, and connected to: a name cannot lead somewhere else in between. Nothing
of the environment (proxies, credentials) has a say.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urljoin, urlsplit

import httpcore

from stadsgraaf import __version__
from stadsgraaf.errors import ServiceFailed, ServiceNotAllowed, ServiceTimeout, Text
from stadsgraaf.settings import Settings
from stadsgraaf.store.allowed import Allowed
from stadsgraaf.store.base import Door
from stadsgraaf.store.exchange import Unpacking, field, media_type, retry_after, unreachable

__all__ = ["GuardedDoor", "open_door"]

#: Requests that one host gets at once.
_AT_ONCE: Final = 4
_REDIRECTS: Final = 3
_REDIRECTING: Final = frozenset((301, 302, 307, 308))
_OK: Final = 200
_JSON: Final = "application/sparql-results+json"
_ACCEPTED: Final = (_JSON, "application/json")
_NO_EXCHANGE: Final = (
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    OSError,
)
#: After so many failures in a row a host is left alone for so many seconds. What may be the fault of the
#: question is none: nobody is to keep others from a service with bad ones.
_FAILURES: Final = 5
_PAUSE: Final = 5.0
_TROUBLED: Final = frozenset((429, 502, 503, 504))


def open_door(settings: Settings) -> Door | None:
    """The door that the settings ask for; None when no SERVICE is allowed."""
    allowed = Allowed.read(settings.services)
    if not allowed:
        return None
    return GuardedDoor(
        allowed,
        seconds=settings.service_timeout,
        length=settings.service_length,
        agent=f"Stadsgraaf/{__version__} {settings.public_url}".strip(),
    )


@dataclass
class _Host:
    """What is known of one host."""

    free: asyncio.Semaphore
    failures: int = 0
    paused_until: float = 0.0

    def fail(self) -> None:
        """It cannot be reached, or is too slow, or says that it can take no more."""
        self.failures += 1
        if self.failures >= _FAILURES:
            self.failures = 0
            self.paused_until = asyncio.get_running_loop().time() + _PAUSE


class _PrivateAddressError(OSError):
    """A name leads to an address that may not be connected to."""


class GuardedDoor:
    """``answer = await GuardedDoor(allowed, seconds=20, length=10**7).ask(service, query)``."""

    def __init__(
        self, allowed: Allowed, *, seconds: float, length: int, agent: str = "Stadsgraaf"
    ) -> None:
        self._allowed = allowed
        self._seconds = seconds
        self._length = length
        self._agent = agent
        self._hosts: dict[str, _Host] = {}
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=64,
            max_keepalive_connections=8,
            keepalive_expiry=30.0,
            network_backend=_Backend(allowed),
        )

    async def ask(self, service: str, query: str) -> bytes:
        """Part of `Door`. Raises ServiceNotAllowed, ServiceFailed or ServiceTimeout."""
        url = self._allowed.address(service)
        if url is None:
            raise ServiceNotAllowed(service=service, available=self._allowed.available)
        host = self._hosts.setdefault(urlsplit(url).netloc, _Host(asyncio.Semaphore(_AT_ONCE)))
        if asyncio.get_running_loop().time() < host.paused_until:
            raise ServiceFailed(
                service=service,
                reason=Text(
                    f"it failed {_FAILURES} times in a row and is left alone for a while",
                    f"hij faalde {_FAILURES} keer achter elkaar en wordt even met rust gelaten",
                ),
            )
        try:
            async with asyncio.timeout(self._seconds), host.free:
                answer = await self._exchange(host, service, url, query)
        except TimeoutError:
            host.fail()
            raise ServiceTimeout(service=service, limit=self._seconds) from None
        host.failures = 0
        return answer

    async def close(self) -> None:
        """Part of `Door`."""
        await self._pool.aclose()

    async def _exchange(self, host: _Host, service: str, url: str, query: str) -> bytes:
        try:
            for _ in range(_REDIRECTS + 1):
                async with self._request(url, query) as response:
                    if response.status in _TROUBLED:
                        host.fail()
                    if response.status not in _REDIRECTING:
                        return await self._read(service, response)
                    url = self._redirected(service, url, response)
        except _PrivateAddressError:
            raise ServiceNotAllowed(
                service=service,
                available=self._allowed.available,
                reason=Text(
                    "its address is a private one, which is not on the list",
                    "zijn adres is niet openbaar, en staat niet op de lijst",
                ),
            ) from None
        except _NO_EXCHANGE as error:
            host.fail()
            raise ServiceFailed(service=service, reason=unreachable(error)) from None
        raise _failed(service, "it redirects without end", "hij verwijst eindeloos door")

    def _request(self, url: str, query: str) -> Any:
        headers = [
            ("Host", urlsplit(url).netloc),
            ("Accept", f"{_JSON}, application/json;q=0.5"),
            ("Accept-Encoding", "gzip"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("User-Agent", self._agent),
        ]
        content = urlencode({"query": query}, errors="replace").encode("ascii")
        return self._pool.stream("POST", url, headers=headers, content=content)

    def _redirected(self, service: str, url: str, response: httpcore.Response) -> str:
        """Where a redirect leads, if that is on the list too."""
        location = field(response, b"location")
        target = urljoin(url, location)
        if not location or self._allowed.address(target) is None:
            raise _failed(
                service,
                "it redirects to an address that is not on the list",
                "hij verwijst door naar een adres dat niet op de lijst staat",
            )
        return target

    async def _read(self, service: str, response: httpcore.Response) -> bytes:
        """The body, unpacked; an error for anything but a whole answer of the right kind."""
        if fault := _fault(response):
            retry = retry_after(response)
            more = {} if retry is None else {"retry_after": retry}
            raise ServiceFailed(service=service, reason=fault, **more)
        body = bytearray()
        try:
            async for piece in self._pieces(response):
                body += piece
                if len(body) > self._length:
                    raise _failed(
                        service,
                        f"its answer is larger than {self._length} bytes",
                        f"zijn antwoord is groter dan {self._length} bytes",
                    )
        except zlib.error:
            raise _failed(service, "its answer is damaged", "zijn antwoord is beschadigd") from None
        return bytes(body)

    async def _pieces(self, response: httpcore.Response) -> AsyncIterator[bytes]:
        """The body as it comes, unpacked."""
        unpacking = Unpacking(field(response, b"content-encoding"))
        async for packed in response.aiter_stream():
            for piece in unpacking.feed(packed):
                yield piece
        for piece in unpacking.end():
            yield piece


def _fault(response: httpcore.Response) -> Text | None:
    """Why an answer cannot be used, as far as its head tells."""
    if response.status != _OK:
        return Text(
            f"it answers with status {response.status}",
            f"hij antwoordt met status {response.status}",
        )
    if media_type(response) not in _ACCEPTED:
        return Text("its answer is no SPARQL JSON", "zijn antwoord is geen SPARQL-JSON")
    if field(response, b"x-sparql-maxrows"):  # Virtuoso, when it leaves the rest out
        return Text(
            "it gives a part of its answer only", "hij geeft maar een deel van zijn antwoord"
        )
    return None


def _failed(service: str, en: str, nl: str) -> ServiceFailed:
    """What went wrong, in our words: those of others may tell more than they should."""
    return ServiceFailed(service=service, reason=Text(en, nl))


class _Backend(httpcore.AsyncNetworkBackend):
    """Connects to permitted addresses only, to the very ones that it looked at."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 – as the library calls it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Part of httpcore's backend."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not addresses or not all(map(self._allowed.permits, addresses)):
            raise _PrivateAddressError(host)
        failure: Exception = OSError(host)
        for address in addresses:
            try:
                return await self._backend.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except httpcore.NetworkError as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Part of httpcore's backend."""
        await self._backend.sleep(seconds)
