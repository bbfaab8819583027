"""Every setting: name, default, help. One table, passed in, never global.

>>> Settings.load({"STADSGRAAF_PORT": "8080"}, {"host": "::1"}).port
8080
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from stadsgraaf.configuration import ENVIRONMENT_PREFIX, Given, Setting, given

__all__ = ["ENVIRONMENT_PREFIX", "Given", "Setting", "Settings"]


def _setting(
    default: Any,
    text: str,
    *,
    secret: bool = False,
    least: float = 0,
    most: float | None = None,
    choices: tuple[str, ...] = (),
    form: tuple[str, str] | None = None,
) -> Any:
    limits = {"least": least, "most": most, "choices": choices, "form": form, "is_secret": secret}
    return field(default=default, repr=not secret, metadata={"help": text, **limits})


@dataclass(frozen=True)
class Settings:
    """What can be set when Stadsgraaf serves. Times are in seconds, sizes in the unit named."""

    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8000, "Port to listen on.", least=1, most=65535)
    public_url: str = _setting(
        "",
        "Address that clients see when a proxy stands in front; without it, what a trusted proxy says, "
        "else http://HOST:PORT.",
        form=(
            r"""https?://[^\s<>"'{}|\\^`?#/]+(?:/[^\s<>"'{}|\\^`?#]*)?""",
            "https://host or https://host/path",
        ),
    )
    article: str = _setting("", "Text file of the source that the evidence refers to.")
    trusted_proxies: str = _setting(
        "",
        "Addresses or networks, separated by commas, of proxies whose X-Forwarded-For, -Proto, -Host and "
        "-Prefix are trusted.",
    )
    security_contact: str = _setting(
        "",
        "Where to report a vulnerability, for security.txt; without it, the dataset's contact point.",
        form=(
            r"[^\s@:]+@[^\s@]+|(?:https://|mailto:|tel:)\S+",
            "an e-mail address, https: or tel:",
        ),
    )
    disk_triples: int = _setting(
        100_000,
        "Number of triples from which a build also writes a store on disk, which opens at once.",
    )
    memory_triples: int = _setting(
        1_500_000,
        "Number of triples up to which a store on disk is also loaded into memory, where queries are "
        "faster; until then the disk answers.",
    )
    workers: int = _setting(2, "Processes that evaluate queries.", least=1, most=1024)
    slow_workers: int = _setting(
        4,
        "Extra processes for queries that take long; slow queries beyond these are ended early.",
        most=1024,
    )
    lane_workers: int = _setting(
        2,
        "Further processes that answer connections by themselves on which small new queries come one "
        "after the other (Linux); 0: none.",
        most=64,
    )
    query_timeout: float = _setting(30.0, "Seconds that a query may take.", least=0.001)
    query_memory: int = _setting(1024, "MiB of memory that a query may use, on top of the data.")
    query_length: int = _setting(65_536, "Maximum length of a query, in bytes.")
    query_depth: int = _setting(64, "Maximum depth of nesting in a query.")
    body_length: int = _setting(262_144, "Maximum size of a request body, in bytes.")
    body_timeout: float = _setting(
        10.0, "Seconds within which the head of a request must arrive, and after that its body."
    )
    result_rows: int = _setting(1_000_000, "Maximum number of solutions or triples in an answer.")
    result_length: int = _setting(104_857_600, "Maximum size of an answer, in bytes.")
    held_length: int = _setting(
        16_777_216,
        "Maximum size, in bytes, of the answer to a query whose patterns multiply; it is sent only when "
        "it is complete.",
    )
    client_time: float = _setting(
        240.0, "Seconds of evaluation that one client may use per minute; 0 sets no limit."
    )
    queue_length: int = _setting(256, "Queries that may wait for a worker.")
    store: str = _setting(
        "",
        "Address of another store's SPARQL endpoint, which is queried instead of the data here. Do not "
        "put a name or password in it.",
    )
    store_user: str = _setting("", "User name at the store (HTTP Basic or Digest).")
    store_password: str = _setting(
        "", "Password of that user. Set it in the environment or a file.", secret=True
    )
    store_token: str = _setting(
        "",
        "Token to send to the store as Authorization: Bearer. Set it in the environment or a file.",
        secret=True,
    )
    store_timeout: float = _setting(
        5.0, "Seconds within which the store must accept a connection.", least=0.001
    )
    store_connections: int = _setting(
        8, "Maximum number of simultaneous queries to the store.", least=1
    )
    store_watch: float = _setting(
        5.0, "Seconds between checks of which release the store has; 0: never check."
    )
    survey_statements: int = _setting(
        200_000,
        "Statements to read of each property when a store is served without a folder; things beyond "
        "these do not appear in search and lists.",
        least=1,
    )
    survey_timeout: float = _setting(
        120.0, "Seconds that one query of such a survey may take.", least=0.001
    )
    survey_age: float = _setting(
        3600.0,
        "Seconds after which a store that does not say which release it has is surveyed again; 0: never.",
    )
    services: str = _setting(
        "",
        "Endpoints that queries may call with SERVICE, separated by commas: an address, https://host "
        "(anything on that host), https://*.domain, or name=address, which queries call as "
        "<service:name>. Add a private IP address or network to allow endpoints there.",
    )
    service_timeout: float = _setting(20.0, "Seconds within which a service must have answered.")
    service_length: int = _setting(10_485_760, "Maximum size of a service's answer, in bytes.")
    validations: int = _setting(
        1, "Validations of posted RDF that may run at once; 0 switches them off."
    )
    rdf_length: int = _setting(1_048_576, "Maximum size, in bytes, of RDF posted for validation.")
    cache_length: int = _setting(67_108_864, "Size of the cache of answers, in bytes.")
    keep_releases: int = _setting(
        10,
        "Number of releases to keep, reachable with ?release=; a build removes older ones.",
        least=1,
    )
    verify_size: int = _setting(
        1_073_741_824,
        "Size, in bytes, up to which a release is checked against its digests before it is served; of "
        "a larger release only names and sizes of files are checked.",
    )
    open_releases: int = _setting(2, "Number of older releases that may be open at once.", least=1)
    watch: float = _setting(
        1.0, "Seconds between checks of which release is current; 0: only on SIGHUP."
    )
    build_timeout: float = _setting(
        3600.0, "Seconds that a build started by a reload may take; 0 sets no limit."
    )
    page_size: int = _setting(50, "Items on one page of a list.", least=1, most=1000)
    grace: float = _setting(
        10.0, "Seconds that running answers get to finish when the server is told to stop."
    )
    drain_delay: float = _setting(
        0.0, "Seconds between SIGTERM and closing the port, during which /ready answers 503."
    )
    log_format: str = _setting(
        "console",
        "Lines for people (console), or JSON objects for machines (json).",
        choices=("console", "json"),
    )
    log_level: str = _setting(
        "info", "Least severe level to log.", choices=("debug", "info", "warning", "error")
    )
    log_requests: str = _setting(
        "errors",
        "Which requests to log: none, those answered with 5xx (a sample when there are many), or all. "
        "Client addresses are never logged.",
        choices=("none", "errors", "all"),
    )
    log_queries: bool = _setting(
        False,
        "Whether to log the text of queries, and error messages that may quote it: these may be personal data.",
    )
    telemetry: bool = _setting(
        False,
        "Whether to send spans to OpenTelemetry, configured by OTEL_… variables; needs stadsgraaf[otel].",
    )
    admin_token: str = _setting(
        "",
        "Token that administrators send as Authorization: Bearer; without one, administration is off. "
        "Set it in the environment: every user of the machine can see command-line options.",
        secret=True,
    )
    admin_socket: str = _setting(
        "",
        "Separate address for administration, which then leaves the public port: the path of a Unix "
        "socket, or host:port. No token is needed there unless one is set; listening on an address that "
        "other machines can reach requires one.",
    )
    shown_query: int = _setting(
        2048, "Number of characters of a running query shown to administrators; 0 shows none."
    )

    @classmethod
    def table(cls) -> tuple[Setting, ...]:
        """All settings, in order."""
        return tuple(Setting(f.name, f.default, **f.metadata) for f in fields(cls))

    @classmethod
    def given(
        cls, environ: Mapping[str, str], flags: Mapping[str, object] | None = None
    ) -> dict[str, Given]:
        """What is set, by name, and where. Raises what `load` does."""
        return given({row.name: row for row in cls.table()}, environ, flags)

    @classmethod
    def load(
        cls, environ: Mapping[str, str], flags: Mapping[str, object] | None = None
    ) -> "Settings":
        """Settings from flags, else the environment, else a file, else the defaults.

        Raises UsageError, which says where, for what is no setting and for a value that cannot be;
        NoSuchPath for a file that was named and is not there.
        """
        found = cls.given(environ, flags)
        return cls(**{name: each.value for name, each in found.items()})  # type: ignore[arg-type]  # each value was converted to its default's type

    @property
    def article_path(self) -> Path | None:
        """The source text's path, or None when there is none."""
        return Path(self.article) if self.article else None
