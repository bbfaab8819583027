"""An address at which there is nothing says what may have been meant, to people and machines."""

import pytest
from visiting import BROWSER, Client


def suggested(client: Client, path: str) -> list[str]:
    reply = client.get(path)
    assert reply.status == 404
    return [each["href"] for each in reply.json().get("suggestions", ())]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/en/doc/harbour/nort", "/en/doc/harbour/north"),
        ("/en/id/harbour/nort", "/en/doc/harbour/north"),
        ("/en/doc/harbor/north", "/en/doc/harbour/north"),
        ("/en/doc/harbour/nort.ttl", "/en/doc/harbour/north"),
        ("/en/queries/list-harbors", "/en/queries/list-harbours"),
        ("/en/vocabulery", "/en/vocabulary"),
    ],
)
def test_what_is_nearly_there_is_suggested(client: Client, path: str, meant: str) -> None:
    assert suggested(client, path)[0] == meant


def test_a_code_is_not_taken_for_another_code(client: Client) -> None:
    (beside,) = suggested(client, "/en/doc/claim/c99")
    assert beside.startswith("/en/browse?class=")
    assert client.browse(beside).status == 200


def test_what_is_near_nothing_gets_no_suggestion(client: Client) -> None:
    assert suggested(client, "/en/wp-login.php") == []


def test_people_read_the_suggestions_as_links(client: Client) -> None:
    page = client.get("/nl/id/harbour/nort", accept=BROWSER).page
    assert "Bedoelde u" in page.text
    assert "/nl/doc/harbour/north" in [each["href"] for each in page.all("a")]


@pytest.mark.parametrize("path", ["/id/harbour/nort", "/id/nothing", "/id/nothing.ttl", "/def/x"])
def test_a_name_of_nothing_leads_to_no_document(client: Client, path: str) -> None:
    assert client.get(path).status == 404


@pytest.mark.parametrize(
    "path", ["/id/harbour/north", "/id/harbour/north.ttl", "/def/ont/tide", "/def/ont/tide/"]
)
def test_a_name_of_something_leads_to_its_document(client: Client, path: str) -> None:
    assert client.get(path).status == 303
