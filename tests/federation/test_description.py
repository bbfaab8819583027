"""The description as a harvester gets it: over HTTP, whole, valid, and true.

DCAT-AP 3.0.1 and DCAT-AP-NL 3.0.1 by their own shapes; the Requirements for Datasets of NDE,
https://docs.nde.nl/requirements-datasets/, by what they ask for.
"""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from described import SHAPES, violations
from rdflib import RDF, BNode, Graph, Namespace, URIRef
from serving import Server, serving

from stadsgraaf.composition import write
from stadsgraaf.dataset import Dataset
from stadsgraaf.metadata import description
from stadsgraaf.release import Release

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VOID = Namespace("http://rdfs.org/ns/void#")
IANA = "https://www.iana.org/assignments/media-types/"
OURS = URIRef("https://w3id.org/stadsgraaf/id/dataset/stadsgraaf")
PROTOCOL = URIRef("https://www.w3.org/TR/sparql11-protocol/")


@pytest.fixture(scope="module")
def served(server: Server) -> Graph:
    """What a harvester reads at the well-known address."""
    reply = httpx.get(f"{server.base}/.well-known/void", headers={"Accept": "text/turtle"})
    return Graph().parse(data=reply.text, format="turtle")


@pytest.mark.parametrize("shapes", SHAPES)
def test_what_is_served_has_no_violation_of_dcat_ap_and_its_dutch_profile(
    shapes: str, served: Graph, shared: Path
) -> None:
    assert violations(served, shared / "standards" / shapes) == set()


@pytest.mark.parametrize(
    ("subject", "gone"),
    [
        (DCAT.Catalog, DCT.title),
        (DCAT.Catalog, DCAT.contactPoint),
        (DCAT.DataService, DCAT.endpointURL),
        (DCAT.DataService, DCT.identifier),
        (DCAT.Distribution, DCT.license),
        (DCAT.Distribution, DCAT.accessURL),
        (DCAT.CatalogRecord, DCT.language),
    ],
)
def test_the_shapes_see_what_is_missing(
    subject: URIRef, gone: URIRef, served: Graph, shared: Path
) -> None:
    less = Graph()
    dropped = set(served.subjects(RDF.type, subject))
    for triple in served:
        if not (triple[0] in dropped and triple[1] == gone):
            less.add(triple)
    assert len(less) < len(served)
    found = {
        path
        for shapes in ("dcat-ap/shapes.ttl", "dcat-ap-nl/dcat-ap-nl-SHACL.ttl")
        for focus, path, _ in violations(less, shared / "standards" / shapes)
        if URIRef(focus) in dropped
    }
    assert str(gone) in found


def test_every_distribution_is_what_the_description_says(served: Graph) -> None:
    files = list(served.subject_objects(DCAT.downloadURL))
    assert len(files) > 30
    for node, address in files:
        reply = httpx.get(str(address), headers={"Accept-Encoding": "identity"})
        assert reply.status_code == 200
        (media_type,) = served.objects(node, DCAT.mediaType)
        assert IANA + reply.headers["content-type"].split(";")[0] == str(media_type)
        (size,) = served.objects(node, DCAT.byteSize)
        assert int(size) == len(reply.content) == int(reply.headers["content-length"])
        (checksum,) = served.objects(node, SPDX.checksum)
        (value,) = served.objects(checksum, SPDX.checksumValue)
        assert hashlib.sha256(reply.content).hexdigest() == str(value)
        (licence,) = served.objects(node, DCT.license)
        assert str(licence).startswith("https://")
        assert str(licence).endswith("/")


def test_the_sparql_distribution_is_known_by_its_protocol(served: Graph, server: Server) -> None:
    queried = set(served.subjects(DCT.conformsTo, PROTOCOL)) & set(
        served.objects(OURS, DCAT.distribution)
    )
    (node,) = queried
    assert list(served.objects(node, DCAT.mediaType)) == []
    (service,) = served.objects(node, DCAT.accessService)
    assert list(served.objects(service, DCAT.endpointURL)) == [URIRef(f"{server.base}/sparql")]
    assert OURS in set(served.objects(service, DCAT.servesDataset))


def test_what_void_counts_is_what_sparql_counts(served: Graph, server: Server) -> None:
    def count(query: str) -> int:
        headers = {"Accept": "application/sparql-results+json"}
        reply = httpx.get(f"{server.base}/sparql", params={"query": query}, headers=headers)
        return int(reply.json()["results"]["bindings"][0]["n"]["value"])

    def said(node: object, name: str) -> int:
        (value,) = served.objects(node, VOID[name])  # type: ignore[arg-type]
        return int(value)

    assert said(OURS, "triples") == count("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert said(OURS, "distinctSubjects") == count("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")
    assert said(OURS, "distinctObjects") == count("SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }")
    assert said(OURS, "properties") == count("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }")
    partitions = list(served.objects(OURS, VOID.classPartition))
    assert len(partitions) == said(OURS, "classes")
    for node in partitions[:3]:
        (kind,) = served.objects(node, VOID["class"])
        query = f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{kind}> }}"
        assert said(node, "entities") == count(query)
        for inner in list(served.objects(node, VOID.propertyPartition))[:3]:
            (name,) = served.objects(inner, VOID.property)
            query = f"SELECT (COUNT(*) AS ?n) {{ ?s a <{kind}> ; <{name}> ?o }}"
            assert said(inner, "triples") == count(query)
    for node in served.subjects(RDF.type, VOID.Linkset):
        (link,) = served.objects(node, VOID.linkPredicate)
        (target,) = served.objects(node, VOID.objectsTarget)
        assert isinstance(target, BNode)
        (space,) = served.objects(target, VOID.uriSpace)
        host = str(space).split("/")[2]
        query = (
            f"SELECT (COUNT(*) AS ?n) {{ ?s <{link}> ?o FILTER(ISIRI(?o) && "
            f'REGEX(STR(?o), "^https?://{host}/")) }}'
        )
        assert said(node, "triples") == count(query)
        dump = next(
            each for each in served.objects(node, VOID.dataDump) if str(each).endswith(".nt")
        )
        assert len(httpx.get(str(dump)).text.splitlines()) == said(node, "triples")


def test_status_version_and_quality_are_told(served: Graph, server: Server) -> None:
    assert len(list(served.objects(OURS, ADMS.status))) == 1
    assert len(list(served.objects(OURS, DCAT.version))) == 1
    (digest,) = served.objects(OURS, URIRef("http://www.w3.org/2002/07/owl#versionInfo"))
    head = httpx.head(f"{server.base}/dumps/dataset.nq")
    assert head.headers["etag"] == f'"{digest}"'


def test_a_dump_that_broke_off_is_resumed_by_curl(server: Server, tmp_path: Path) -> None:
    whole = httpx.get(f"{server.base}/dumps/dataset.nq.gz").content
    target = tmp_path / "dataset.nq.gz"
    target.write_bytes(whole[: len(whole) // 3])
    command = ["curl", "-sS", "--fail", "-C", "-", "-o", str(target)]
    subprocess.run([*command, f"{server.base}/dumps/dataset.nq.gz"], check=True, timeout=60)
    assert target.read_bytes() == whole


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Somebody's folder, that says nothing of itself."""
    source = tmp_path_factory.mktemp("folder")
    (source / "a.ttl").write_text(
        "@prefix e: <http://e.example/> . e:a a e:Thing ; e:b [ e:c 1 ] ; "
        "<http://www.w3.org/2002/07/owl#sameAs> <http://other.example/x> .",
        encoding="utf-8",
    )
    out = tmp_path_factory.mktemp("out")
    write(Dataset.load(source), None, out, source="")
    with serving(out) as server:
        yield server


DESCRIBED = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
<http://e.example/id/books> a dcat:Dataset ; dct:title "Boeken"@nl ; dct:description "Alle."@nl ;
  dct:publisher <http://e.example/library> ; dct:creator <http://e.example/library> ;
  dcat:contactPoint <http://e.example/desk> ; dct:modified "2026-02-03T10:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> ;
  dct:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
  dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
  dct:language <http://publications.europa.eu/resource/authority/language/NLD> ;
  dcat:theme <http://publications.europa.eu/resource/authority/data-theme/EDUC> .
<http://e.example/library> a foaf:Agent ; foaf:name "Bibliotheek"@nl .
<http://e.example/desk> a vcard:Organization ; vcard:fn "Balie" ; vcard:hasEmail <mailto:desk@e.example> .
"""


@pytest.fixture(scope="module", params=["dataset.ttl", "data/dataset.ttl"])
def of_others(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The description of somebody's folder that says what it is, and not what its codes are."""
    source = tmp_path_factory.mktemp("books")
    path = source / request.param
    path.parent.mkdir(exist_ok=True)
    path.write_text(DESCRIBED, encoding="utf-8")
    (path.parent / "books.ttl").write_text(
        "<http://e.example/1> <http://www.w3.org/2002/07/owl#sameAs> <http://other.example/x> .",
        encoding="utf-8",
    )
    out = tmp_path_factory.mktemp("out")
    write(Dataset.load(source), None, out, source="")
    made = Release.open(out)
    graph = Graph()
    triples = "\n".join(f"{each} ." for each in description(made.profile, "https://e.example"))
    return graph.parse(data=triples, format="nt")


@pytest.mark.parametrize("shapes", SHAPES)
def test_what_others_write_of_their_folder_has_no_violation_either(
    shapes: str, of_others: Graph, shared: Path
) -> None:
    assert len(list(of_others.objects(None, DCAT.downloadURL))) > 10
    assert violations(of_others, shared / "standards" / shapes) == set()


def test_a_folder_that_says_nothing_is_described_by_what_can_be_counted(folder: Server) -> None:
    graph = Graph().parse(data=httpx.get(f"{folder.base}/data.ttl").text, format="turtle")
    dataset = URIRef(f"{folder.base}/data#dataset")
    assert URIRef(f"{folder.base}/sparql") in set(graph.objects(dataset, VOID.sparqlEndpoint))
    assert int(graph.value(dataset, VOID.triples)) == 4  # type: ignore[arg-type]
    assert list(graph.objects(dataset, DCT.publisher)) == []
    assert list(graph.objects(dataset, DCT.license)) == []
    for address in graph.objects(None, VOID.dataDump):
        assert httpx.head(str(address)).status_code == 200
