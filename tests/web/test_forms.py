"""Reading a query string or a form agrees with the standard library, and is stricter."""

import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadsgraaf.errors import NotUtf8, RequestError, StadsgraafError
from stadsgraaf.web.protocol import read_parameters

PIECES = [*(bytes([n]) for n in b"%=+&\n\r \t_a3Df.;"), b"\xc3", b"\xa9", b"%3D", b"%0A", b"%C3%A9"]
BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_fields_are_what_the_standard_library_reads(text: bytes) -> None:
    try:
        found = read_parameters(text, "form")
    except NotUtf8:
        with pytest.raises(UnicodeDecodeError):
            parse_qsl(text.decode(), keep_blank_values=True, errors="strict")
    except StadsgraafError:
        assert BROKEN.search(text)
    else:
        assert not BROKEN.search(text)
        pairs = [field.partition(b"=") for field in text.split(b"&") if field]
        # a character whose bytes are partly escaped is one all the same
        whole = b"&".join(b"=".join((quoted(name), quoted(value))) for name, _, value in pairs)
        assert found == parse_qsl(whole.decode("ascii"), keep_blank_values=True, errors="strict")


def quoted(text: bytes) -> bytes:
    return re.sub(rb"[^!-~]|=", lambda found: b"%%%02X" % found[0][0], text.replace(b" ", b"+"))


@pytest.mark.parametrize("text", [b"a=%", b"a=%4", b"a=%zz", b"a=%\n", b"a=%\r\n", b"a=%%41"])
def test_a_broken_escape_is_refused(text: bytes) -> None:
    with pytest.raises(RequestError):
        read_parameters(text, "form")
