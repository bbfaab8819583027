"""Who writes a query is told which terms the dataset has, and of which class."""

from visiting import Client

HARBOUR = "https://example.org/def/ont/Harbour"


def test_classes_come_with_their_label_count_and_properties(client: Client) -> None:
    reply = client.get("/en/sparql/terms")
    found = {each["iri"]: each for each in reply.json()["classes"]}
    assert found[HARBOUR]["label"].lower() == "harbour"
    assert found[HARBOUR]["count"] >= 2
    assert "https://example.org/def/ont/depth" in found[HARBOUR]["properties"]
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["content-language"] == "en"
    assert 'rel="service-desc"' in reply.headers["link"]


def test_labels_are_in_the_language_of_the_address(client: Client) -> None:
    for language, word in (("nl", "haven"), ("en", "harbour")):
        classes = client.get(f"/{language}/sparql/terms").json()["classes"]
        label = next(each["label"] for each in classes if each["iri"] == HARBOUR)
        assert label.lower() == word


def test_properties_are_counted_and_prefixes_are_those_of_the_dataset(client: Client) -> None:
    content = client.get("/sparql/terms").json()
    assert all(each["count"] > 0 for each in content["properties"])
    assert "https://example.org/def/ont/" in content["prefixes"].values()


def test_a_folder_without_labels_still_has_terms(foreign: Client) -> None:
    classes = foreign.get("/sparql/terms").json()["classes"]
    assert {each["iri"]: each["label"] for each in classes} == {
        "http://elsewhere.example/ns#Thing": None
    }
