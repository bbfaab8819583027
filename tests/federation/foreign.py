"""Programs of others that ask a SPARQL endpoint, all with the same face.

Each client evaluates a query itself, with `SERVICE` or its own way of federation where the query
asks for it, and gives its answer as rows of terms, or says why it could not.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import engines
import pyoxigraph
import rdflib
import SPARQLWrapper
from rdflib.plugins.stores.sparqlstore import SPARQLStore

HERE = Path(__file__).parent
Row = dict[str, tuple[str, str]]


class ClientError(Exception):
    """A client said that it got no answer."""


class ForeignClient(ABC):
    """A client; `reason` is why it is not here, or an empty text."""

    name: ClassVar[str]
    #: How the client reaches an endpoint when it federates.
    way: ClassVar[str] = "SERVICE"
    reason = ""

    @abstractmethod
    def version(self) -> str: ...

    @abstractmethod
    def ask(self, endpoint: str, query: str) -> list[Row]:
        """Send a query to an endpoint. Raises ClientError when the client reports a failure."""

    @abstractmethod
    def federate(self, query: str, *, local: str = "", sources: Sequence[str] = ()) -> list[Row]:
        """Evaluate a query over local Turtle; ``sources`` are endpoints without SERVICE."""

    def close(self) -> None:  # noqa: B027 – most have started nothing
        """Stop what was started."""


def from_json(text: str | bytes) -> list[Row]:
    document = json.loads(text)
    if "boolean" in document:
        return [{"": ("boolean", str(document["boolean"]).lower())}]
    return [
        {name: (term.get("xml:lang") or short(term), term["value"]) for name, term in row.items()}
        for row in document["results"]["bindings"]
    ]


def short(term: dict[str, str]) -> str:
    """What kind of term: its datatype, or uri, literal, bnode."""
    datatype = term.get("datatype", "")
    kind = "literal" if term["type"] == "typed-literal" else term["type"]
    return datatype.rpartition("#")[2] if datatype and not datatype.endswith("#string") else kind


def of_rdflib(term: rdflib.term.Node) -> tuple[str, str]:
    if isinstance(term, rdflib.Literal):
        datatype = str(term.datatype or "").rpartition("#")[2]
        return term.language or (datatype if datatype not in ("", "string") else "literal"), str(
            term
        )
    return ("uri" if isinstance(term, rdflib.URIRef) else "bnode"), str(term)


def of_result(result: rdflib.query.Result) -> list[Row]:
    if result.type == "ASK":
        return [{"": ("boolean", str(bool(result.askAnswer)).lower())}]
    return [{str(name): of_rdflib(value) for name, value in row.asdict().items()} for row in result]


def by_service(endpoint: str, query: str) -> str:
    """The same question for a client that only asks by SERVICE."""
    if query.startswith("ASK WHERE"):
        return f"ASK WHERE {{ SERVICE <{endpoint}> {query.removeprefix('ASK WHERE')} }}"
    return f"SELECT * WHERE {{ SERVICE <{endpoint}> {{ {query} }} }}"


class Rdflib(ForeignClient):
    name = "rdflib"

    def version(self) -> str:
        return rdflib.__version__

    def ask(self, endpoint: str, query: str) -> list[Row]:
        store = SPARQLStore(endpoint, returnFormat="json", method="POST_FORM")
        try:
            return of_result(rdflib.Graph(store).query(query))
        except Exception as error:
            raise ClientError(error) from error

    def federate(self, query: str, *, local: str = "", sources: Sequence[str] = ()) -> list[Row]:
        graph = rdflib.Graph().parse(data=local, format="turtle")
        try:
            return of_result(graph.query(query))
        except Exception as error:
            raise ClientError(error) from error


class Wrapper(ForeignClient):
    name = "SPARQLWrapper"
    way = "–"

    def version(self) -> str:
        return SPARQLWrapper.__version__

    def ask(self, endpoint: str, query: str) -> list[Row]:
        wrapper = SPARQLWrapper.SPARQLWrapper(endpoint, returnFormat=SPARQLWrapper.JSON)
        wrapper.setMethod(SPARQLWrapper.POST)
        wrapper.setQuery(query)
        try:
            return from_json(json.dumps(wrapper.queryAndConvert()))
        except Exception as error:
            raise ClientError(error) from error

    def federate(self, query: str, *, local: str = "", sources: Sequence[str] = ()) -> list[Row]:
        raise NotImplementedError


class Oxigraph(ForeignClient):
    name = "Oxigraph"

    def version(self) -> str:
        return pyoxigraph.__version__

    def ask(self, endpoint: str, query: str) -> list[Row]:
        return self.federate(by_service(endpoint, query))

    def federate(self, query: str, *, local: str = "", sources: Sequence[str] = ()) -> list[Row]:
        store = pyoxigraph.Store()
        store.load(local.encode(), pyoxigraph.RdfFormat.TURTLE)
        try:
            answer = store.query(query)
            assert not isinstance(answer, pyoxigraph.QueryTriples)
            text = answer.serialize(format=pyoxigraph.QueryResultsFormat.JSON)
        except (OSError, RuntimeError, ValueError, SyntaxError) as error:
            raise ClientError(error) from error
        return from_json(text or b"")


class Comunica(ForeignClient):
    name = "Comunica"
    way = "sources, SERVICE"

    def __init__(self) -> None:
        self._folder = HERE / "node_modules" / "@comunica" / "query-sparql"
        if not (self._folder.is_dir() and shutil.which("node")):
            self.reason = "Comunica is not installed: make comunica"

    def version(self) -> str:
        return str(json.loads((self._folder / "package.json").read_text("utf-8"))["version"])

    def ask(self, endpoint: str, query: str) -> list[Row]:
        return self.federate(query, sources=[endpoint])

    def federate(self, query: str, *, local: str = "", sources: Sequence[str] = ()) -> list[Row]:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            (Path(folder) / "query.rq").write_text(query, encoding="utf-8")
            (Path(folder) / "local.ttl").write_text(local, encoding="utf-8")
            own = [stack.enter_context(endpoint_of(Path(folder) / "local.ttl"))] if local else []
            command = [
                *("node", str(self._folder / "bin" / "query.js"), *sources, *own),
                *("-f", f"{folder}/query.rq", "-t", "application/sparql-results+json"),
            ]
            return from_json(run(command))


class Jena(ForeignClient):
    name = "Jena ARQ"
    _JARS = (
        *("arq", "base", "core", "iri", "cmds", "rdfconnection", "dboe-base", "dboe-index"),
        *("dboe-storage", "dboe-trans-data", "dboe-transaction", "shacl", "shex", "tdb", "tdb2"),
    )
    _OTHERS = (
        *("guava", "xercesImpl", "xml-apis", "slf4j-api", "slf4j-nop", "commons-cli"),
        *("commons-io", "commons-lang3", "commons-codec", "commons-csv", "commons-compress"),
        *("dexx.collection", "jakarta.json-api", "jsonp", "titanium-json-ld", "thrift", "protobuf"),
        *("gson", "httpclient", "httpcore", "jackson-core", "jackson-databind"),
        *("jackson-annotations", "commons-logging", "jcl-over-slf4j", "jsonld-java"),
    )
    _JAVA = Path("/usr/share/java")

    def __init__(self) -> None:
        if not ((self._JAVA / "jena-arq.jar").is_file() and shutil.which("java")):
            self.reason = (
                "Jena is not installed: apt install libapache-jena-java default-jre-headless"
            )

    def version(self) -> str:
        return next(self._JAVA.glob("jena-arq-*.jar")).stem.rpartition("-")[2]

    @cached_property
    def _resources(self) -> tempfile.TemporaryDirectory[str]:
        """Messages of the parser where Debian's classes look for them: its package has them elsewhere."""
        folder = tempfile.TemporaryDirectory()
        with zipfile.ZipFile(self._JAVA / "jena-core.jar") as jar:
            for name in jar.namelist():
                if name.startswith("org/apache/jena/ext/xerces/") and name.endswith(".properties"):
                    target = Path(folder.name) / name.removeprefix("org/apache/jena/ext/")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(jar.read(name))
        return folder

    def _run(self, *arguments: str) -> list[Row]:
        jars = [f"{self._JAVA}/jena-{name}.jar" for name in self._JARS]
        jars += [f"{self._JAVA}/{name}.jar" for name in self._OTHERS]
        path = os.pathsep.join([self._resources.name, *jars])
        return from_json(
            run(["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", path, *arguments])
        )

    def ask(self, endpoint: str, query: str) -> list[Row]:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "query.rq").write_text(query, encoding="utf-8")
            arguments = (f"--service={endpoint}", f"--query={folder}/query.rq", "--results=json")
            return self._run("arq.rsparql", *arguments)

    def federate(self, query: str, *, local: str = "", sources: Sequence[str] = ()) -> list[Row]:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "query.rq").write_text(query, encoding="utf-8")
            (Path(folder) / "local.ttl").write_text(local, encoding="utf-8")
            arguments = (f"--data={folder}/local.ttl", f"--query={folder}/query.rq")
            return self._run("arq.arq", *arguments, "--results=json")

    def close(self) -> None:
        if "_resources" in self.__dict__:
            self._resources.cleanup()


class Virtuoso(ForeignClient):
    name = "Virtuoso"
    _GRANTS = (
        'GRANT SELECT ON "DB.DBA.SPARQL_SINV_2" TO "SPARQL"',
        'GRANT EXECUTE ON "DB.DBA.SPARQL_SINV_IMP" TO "SPARQL"',
    )

    def __init__(self) -> None:
        self._running: engines.Virtuoso | None = None
        self.reason = engines.Virtuoso.missing()

    def version(self) -> str:
        done = subprocess.run(["virtuoso-t", "-?"], capture_output=True, text=True, check=False)
        words = (done.stdout + done.stderr).split()
        return words[words.index("Version") + 1].split("-")[0]

    def _start(self) -> engines.Virtuoso:
        if self._running is None:
            self._running = engines.Virtuoso()
            for grant in self._GRANTS:
                self._running.isql(grant)
        return self._running

    def ask(self, endpoint: str, query: str) -> list[Row]:
        head, _, pattern = query.partition("WHERE")
        rows = self.federate(
            f"{head} WHERE {{ SERVICE <{endpoint}> {pattern.partition(' LIMIT ')[0]} }}"
        )
        is_true = "true" if rows else "false"
        return [{"": ("boolean", is_true)}] if query.startswith("ASK") else rows

    def federate(self, query: str, *, local: str = "", sources: Sequence[str] = ()) -> list[Row]:
        running = self._start()
        graph = "urn:local"
        if local:
            running.isql(f"SPARQL CLEAR GRAPH <{graph}>")
            triples = " ".join(
                str(quad.triple) + " ."
                for quad in pyoxigraph.parse(local.encode(), pyoxigraph.RdfFormat.TURTLE)
            )
            running.isql(f"SPARQL INSERT INTO GRAPH <{graph}> {{ {triples} }}")
        given = {"query": query}
        request = urllib.request.Request(
            running.url,
            urllib.parse.urlencode(given).encode(),
            {"Accept": "application/sparql-results+json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return from_json(response.read())
        except (OSError, ValueError) as error:
            said = error.read().decode()[:400] if hasattr(error, "read") else error
            raise ClientError(said) from error

    def close(self) -> None:
        if self._running is not None:
            self._running.close()


def run(command: Sequence[str]) -> str:
    """What a program prints. Raises ClientError when it says that something failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode or not done.stdout.strip():
        raise ClientError(f"{done.returncode}: {(done.stderr or done.stdout)[-600:]}")
    try:
        json.loads(done.stdout)
    except ValueError:
        raise ClientError(done.stdout[-300:] + done.stderr[-300:]) from None
    return done.stdout


CLIENTS: tuple[type[ForeignClient], ...] = (Comunica, Rdflib, Wrapper, Oxigraph, Jena, Virtuoso)


@contextmanager
def endpoint_of(path: Path) -> Iterator[str]:
    """Another endpoint, not of ours, over one Turtle file: its address."""
    script = HERE.parent / "queries" / "stand_in.py"
    command = [sys.executable, str(script), str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield process.stdout.readline().decode().strip()
        process.communicate()


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
