"""A connection that is kept, by the bytes that go over it."""

import socket
from typing import Self
from urllib.parse import quote

from serving import Server

Response = tuple[int, list[tuple[str, str]], bytes]


def get(target: str, *fields: str) -> bytes:
    """A request for an address, with these lines in its head."""
    lines = "".join(f"{field}\r\n" for field in ("Host: here.test", *fields))
    return f"GET {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")


def plain(query: str) -> str:
    """The address of a query with nothing else in it."""
    return f"/sparql?query={quote(query)}"


class Line:
    """``Line(server).send(get("/")).answer()``; ``client`` is where it comes from: loopback has many."""

    def __init__(self, server: Server, client: str = "127.0.0.1") -> None:
        self.server = server
        self.socket = socket.create_connection(
            ("127.0.0.1", server.port), timeout=60, source_address=(client, 0)
        )
        self.received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> Self:
        self.socket.sendall(data)
        return self

    def answer(self) -> Response:
        """The next response: its status, its fields and its body. Raises ConnectionError when it ends before."""
        first, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        fields = [(n, v) for n, _, v in (line.partition(": ") for line in lines)]
        length = dict(fields).get("content-length")
        body = b""
        if length is None and first.split()[1] != "304":
            while size := int(self._until(b"\r\n"), 16):
                body += self._exactly(size + 2)[:-2]
            self._exactly(2)
        elif length:
            body = self._exactly(int(length))
        return int(first.split()[1]), fields, body

    def _until(self, end: bytes) -> bytes:
        while end not in self.received:
            self._receive()
        found, _, self.received = self.received.partition(end)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self.received) < size:
            self._receive()
        found, self.received = self.received[:size], self.received[size:]
        return found

    def _receive(self) -> None:
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError
        self.received += data
