"""What things are called by."""

from stadsgraaf.naming import CODES, OTHER_NAMES, local_name


def test_local_name_never_is_empty() -> None:
    assert local_name("http://example.org/") != ""
    assert local_name("urn:x:someName") == "some name"


def test_a_code_is_a_name_that_is_no_word() -> None:
    assert {iri.rpartition("/")[2].rpartition("#")[2] for iri in CODES} == {
        "notation",
        "identifier",
    }
    assert set(CODES) < set(OTHER_NAMES)
