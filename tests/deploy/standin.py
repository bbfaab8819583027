"""A face that tells what it was asked, never ends, waits for ever, or breaks off."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["StandIn", "standing_in"]

_BLOCK = b"x" * (1 << 16)


class StandIn(ThreadingHTTPServer):
    """What was asked, by name of the header; how many bytes of what never ends went out."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.asked: list[dict[str, str]] = []
        self.release, self.age = "", 60
        self.sent = 0
        self.waiting, self.left = threading.Event(), threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn

    def answer(self) -> None:
        heard = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append({":method": self.command, **heard})
        what = self.path.replace("?", "/").rpartition("/")[2]
        with suppress(OSError):
            {"endless": self.never_end, "wait": self.wait, "cut": self.break_off}.get(
                what, self.say
            )()

    do_GET = do_HEAD = do_POST = do_QUERY = do_OPTIONS = answer  # noqa: N815 – names of http.server

    def say(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.start()
        self.send_header("Content-Length", "2")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"ok")

    def start(self) -> None:
        self.send_response(200)
        self.send_header("Cache-Control", f"public, max-age={self.server.age}")
        self.send_header("Stadsgraaf-Release", self.server.release)

    def never_end(self) -> None:
        self.start()
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        while True:
            self.wfile.write(_BLOCK)
            self.server.sent += len(_BLOCK)

    def wait(self) -> None:
        self.server.waiting.set()
        self.connection.settimeout(60)
        if self.connection.recv(1) == b"":
            self.server.left.set()
        self.close_connection = True

    def break_off(self) -> None:
        self.start()
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nhello\r\n")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """One that runs until the block ends."""
    with StandIn() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
