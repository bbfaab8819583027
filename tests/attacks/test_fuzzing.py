"""Inputs that nobody thought of: whatever comes, the answer is one of ours."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode
from samples import publish
from serving import serving

from stadsgraaf.errors import StadsgraafError
from stadsgraaf.media import HTML, RDF, RESULTS, negotiate, negotiate_language
from stadsgraaf.store.lexer import position, tokens
from stadsgraaf.store.precheck import check
from stadsgraaf.store.shape import multiplies
from stadsgraaf.validation.edtf import is_edtf
from stadsgraaf.web.dates import bounds, read, say
from stadsgraaf.web.urls import LANGUAGES, Urls, is_iri

_BASE = "https://example.org/"
_OFFERED = (HTML, *RDF, *RESULTS)
_FUZZ = settings(max_examples=500, deadline=None)

#: Pieces of what is right, so that what is wrong comes close to it.
_ACCEPT = st.lists(
    st.one_of(
        st.sampled_from([*"*/;,=.\" \\'q", "text/", "turtle", "q=0.", "*/*", "application/json"]),
        st.text(max_size=5),
    ),
    max_size=40,
).map("".join)
_SPARQL = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("SELECT", "ASK", "WHERE", "SERVICE", "INSERT", "FILTER", "PREFIX", "GROUP BY"),
                *("{", "}", "(", ")", "[", "]", "<<", ">>", "<(", "?x", "$y", "a:b", "_:b", "."),
                *(
                    ";",
                    ",",
                    "*",
                    "+",
                    "/",
                    "|",
                    "^",
                    "!",
                    "<http://e/a>",
                    "<",
                    ">",
                    "'",
                    '"',
                    "'''",
                ),
                *('"""', "\\", "\\u0041", "#", "\n", "@en", "^^", "1e", "-.5", "true", "\x00"),
            ]
        ),
        st.text(max_size=4),
    ),
    max_size=60,
).map(" ".join)
_EDTF = st.text(alphabet="0123456789-/.~?%XuYTZ:+[]{},SE ", max_size=25)
_LOCAL = st.text(
    alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), max_size=40
)


@_FUZZ
@given(_ACCEPT)
def test_accept_chooses_one_of_what_is_offered_or_none(accept: str) -> None:
    assert negotiate(accept, _OFFERED) in (*_OFFERED, None)
    assert negotiate(accept, _OFFERED) == negotiate(accept, _OFFERED)
    assert negotiate(f"{accept},*/*;q=1", ()) is None


@_FUZZ
@given(_ACCEPT)
def test_accept_language_always_chooses_a_language(accept: str) -> None:
    assert negotiate_language(accept, LANGUAGES) in LANGUAGES


@_FUZZ
@given(_SPARQL)
def test_a_query_is_read_to_its_end_or_refused(query: str) -> None:
    found = list(tokens(query))
    assert all(0 <= token.start <= len(query) for token in found)
    assert [token.start for token in found] == sorted(token.start for token in found)
    line, column = position(query, len(query))
    assert line >= 1
    assert column >= 1
    assert multiplies(query) in (True, False)
    assert _status(query) in range(200, 500)


def _status(query: str) -> int:
    """What the check before the engine says of a query."""
    try:
        check(query)
    except StadsgraafError as error:
        return error.status
    return 200


@_FUZZ
@given(_LOCAL, st.sampled_from(["id/", "def/", "graph/", "other/", ""]))
def test_an_iri_that_has_a_path_comes_back_from_it(local: str, place: str) -> None:
    iri = _BASE + place + local
    urls = Urls(_BASE)
    path = urls.path_of(iri)
    link = urls.of(iri) if is_iri(iri) else "/"
    assert link.isascii()
    assert link.startswith("/")
    assert not set(link) & set(" \r\n<>\"'\\") - {"'"}
    if path is not None:
        assert urls.iri_of_path(path) == iri
        assert str(NamedNode(iri))


@_FUZZ
@given(st.text(max_size=60))
def test_no_path_gives_what_is_not_an_iri(path: str) -> None:
    iri = Urls(_BASE).iri_of_path("/doc/" + quote(path))
    assert iri is None or is_iri(iri)


@_FUZZ
@given(_EDTF)
def test_a_date_is_read_or_shown_as_it_is(text: str) -> None:
    assert is_edtf(text) in (True, False)
    read(text)
    found = bounds(text)
    if found and all(found):
        first, last = found
        assert isinstance(first, date)
        assert isinstance(last, date)
    for language in LANGUAGES:
        assert isinstance(say(text, language), str)


@pytest.fixture(scope="module")
def sample(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzzed") / "release"
    publish(root / "tests" / "web" / "sample", folder)
    return folder


def test_the_documented_interface_keeps_what_it_says_whatever_it_is_asked(
    sample: Path, tmp_path: Path
) -> None:
    """Requests that schemathesis makes from our OpenAPI document, right ones and wrong ones."""
    with serving(sample, {"query_timeout": 2}) as server:
        command = [sys.executable, "-m", "schemathesis.cli", "run", server.base + "/openapi.json"]
        options = [
            f"--url={server.base}",
            "--checks=not_a_server_error,response_headers_conformance",
            "--phases=examples,coverage,fuzzing",
            "--max-examples=15",
            "--generation-deterministic",
            "--request-timeout=10",
            "--suppress-health-check=all",
            "--no-color",
        ]
        done = subprocess.run(
            [*command, *options],
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
            cwd=tmp_path,  # it writes down what it finds there
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert server.is_live()
