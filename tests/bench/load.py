"""Load on a server from a process of its own: so many connections, each asking one after the other.

::

    python load.py '{"address": ["127.0.0.1", 8000], "requests": "requests.bin", "connections": 8,
                     "seconds": 3}'

The file has requests as they go over the wire, each after its length in four bytes. A connection
takes the next one when it has its answer; with ``repeat`` they begin again at the end. What comes
out is JSON: seconds, the number of answers by status, and the time of each in milliseconds.
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from questions import Asked

__all__ = ["Connection", "encode", "read_requests", "run", "write_requests"]

_HEAD_END = b"\r\n\r\n"
#: With the end of the chunk before it: a row of CSV may end in 0, and its chunk there.
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_RECEIVE = 1 << 18


def encode(asked: Asked, address: tuple[str, int], path: str, graph: str | None = None) -> bytes:
    """A query as a GET request of the SPARQL 1.1 Protocol."""
    pairs = [("query", asked.query)] + ([("default-graph-uri", graph)] if graph else [])
    return (
        f"GET {path}?{urlencode(pairs)} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
        f"Accept: {asked.accept}\r\n\r\n"
    ).encode()


def write_requests(requests: Iterable[bytes], path: Path) -> None:
    """Write a file for `run`."""
    with path.open("wb") as file:
        for request in requests:
            file.write(len(request).to_bytes(4, "little") + request)


def read_requests(path: Path) -> list[bytes]:
    """The requests of a file."""
    content, at, found = path.read_bytes(), 0, list[bytes]()
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "little")
        found.append(content[at + 4 : at + 4 + length])
        at += 4 + length
    return found


class Connection:
    """One connection that is kept alive, and made anew when the server closes it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._received = bytearray()
        self._body: int | None = None
        self._chunked = False
        self.since = 0.0
        self.first = 0.0
        self.status = 0
        self.length = 0
        self.socket = self._connect()

    def _connect(self) -> socket.socket:
        made = socket.create_connection(self._address, timeout=120)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self._received.clear()
        self._body, self._chunked, self.status, self.length, self.first = None, False, 0, 0, 0.0
        self.since = time.perf_counter()
        try:
            self.socket.sendall(request)
        except OSError:
            self.again()
            self.socket.sendall(request)

    def again(self) -> None:
        """Connect anew."""
        self.socket.close()
        self.socket = self._connect()

    def receive(self) -> bool:
        """Take what came; whether the answer is complete. Raises ConnectionError when cut short."""
        data = self.socket.recv(_RECEIVE)
        if not data:
            raise ConnectionError
        self.length += len(data)
        if self.status:
            return self._is_complete(data)
        self.first = self.first or time.perf_counter()
        self._received += data
        end = self._received.find(_HEAD_END)
        if end < 0:
            return False
        head = bytes(self._received[:end]).lower()
        self.status = int(head[9:12])
        at = head.find(b"content-length:")
        if at >= 0:
            self._body = int(head[at + 15 :].split(b"\r\n", 1)[0]) + 2
        self._chunked = b"transfer-encoding: chunked" in head
        body = bytes(
            self._received[end + 2 :]
        )  # from the line end on, for an answer without chunks
        self._received.clear()
        return self._is_complete(body)

    def _is_complete(self, data: bytes) -> bool:
        if self._body is not None:
            self._body -= len(data)
            return self._body <= 0
        self._received = self._received[-len(_LAST_CHUNK) :] + data
        return not self._chunked or self._received.endswith(_LAST_CHUNK)

    def fetch(self, request: bytes) -> tuple[int, float, float]:
        """Ask and wait: status, and seconds to the first byte and to the last."""
        self.ask(request)
        while not self.receive():
            pass
        end = time.perf_counter()
        return self.status, self.first - self.since, end - self.since


def run(
    address: tuple[str, int], requests: Iterator[bytes], connections: int, seconds: float
) -> dict[str, Any]:
    """Ask until the time is over, or the requests are."""
    statuses: Counter[int] = Counter()
    times: list[float] = []
    selector = selectors.DefaultSelector()
    begin = time.perf_counter()
    end = begin + seconds
    under_way = 0
    for _ in range(connections):
        connection = Connection(address)
        connection.ask(next(requests))
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        under_way += 1
    while under_way:
        for key, _ in selector.select(1.0):
            connection = key.data
            try:
                if not connection.receive():
                    continue
                statuses[connection.status] += 1
                times.append((time.perf_counter() - connection.since) * 1000)
            except OSError:
                statuses[0] += 1
                selector.unregister(key.fileobj)
                connection.again()
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            request = next(requests, None) if time.perf_counter() < end else None
            if request is None:
                selector.unregister(connection.socket)
                connection.socket.close()
                under_way -= 1
            else:
                connection.ask(request)
        if time.perf_counter() > end + 60:
            break
    selector.close()
    return {"seconds": time.perf_counter() - begin, "statuses": statuses, "times": times}


def main(order: dict[str, Any]) -> None:
    """Do what an order says."""
    known = read_requests(Path(order["requests"]))
    requests = cycle(known) if order.get("repeat") else iter(known)
    host, port = order["address"]
    json.dump(run((host, port), requests, order["connections"], order["seconds"]), sys.stdout)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
