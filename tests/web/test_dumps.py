"""Dumps come whole or in parts, with digests, and can be resumed: RFC 9110 and RFC 9530."""

import base64
import hashlib
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from visiting import Client

from stadsgraaf.errors import RangeNotSatisfiable
from stadsgraaf.release import Release
from stadsgraaf.web.dumps import dump_type
from stadsgraaf.web.ranges import read_ranges

DUMP = "/dumps/dataset.nq"


@pytest.fixture
def whole(sample: Release) -> bytes:
    return (sample.dumps / "dataset.nq").read_bytes()


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def test_every_dump_of_the_manifest_is_served_as_what_it_is(
    client: Client, sample: Release
) -> None:
    names = [name for name in sample.manifest.files if name.startswith("dumps/")]
    assert len(names) > 20
    for name in names:
        reply = client.get(f"/{name}")
        content = (sample.path / name).read_bytes()
        assert reply.body == content
        assert reply.headers["content-type"] == dump_type(name) != "application/octet-stream"
        assert reply.headers["content-length"] == str(len(content))
        assert reply.headers["repr-digest"] == reply.headers["content-digest"] == digest(content)
        assert reply.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
        saved = name.removeprefix("dumps/")
        assert reply.headers["content-disposition"] == f'attachment; filename="{saved}"'
        assert "content-encoding" not in reply.headers


def test_the_entity_tag_of_the_n_quads_is_the_digest_of_the_release(
    client: Client, sample: Release
) -> None:
    assert client.get(DUMP).headers["etag"] == f'"{sample.manifest.digest}"'


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("0-9", 0, 10), ("5-", 5, None), ("-7", -7, None), ("0-99999999", 0, None)],
)
def test_a_part_is_what_was_asked_for(
    client: Client, whole: bytes, asked: str, start: int, end: int | None
) -> None:
    reply = client.get(DUMP, range=f"bytes={asked}")
    assert reply.status == 206
    assert reply.body == whole[start:end]
    first = start % len(whole)
    last = first + len(reply.body) - 1
    assert reply.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"
    assert reply.headers["content-length"] == str(len(reply.body))
    assert reply.headers["content-digest"] == digest(reply.body)
    assert reply.headers["repr-digest"] == digest(whole)


def test_several_parts_come_as_byteranges(client: Client, whole: bytes) -> None:
    reply = client.get(DUMP, range="bytes=0-4, 3-9, 20-29, -5")
    assert reply.status == 206
    boundary = re.fullmatch(
        "multipart/byteranges; boundary=([0-9a-f]+)", reply.headers["content-type"]
    )
    assert boundary
    assert reply.headers["content-length"] == str(len(reply.body))
    assert "content-range" not in reply.headers
    parts = reply.body.split(f"--{boundary[1]}".encode())[1:]
    assert parts[-1] == b"--\r\n"
    bodies = [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts[:-1]]
    assert bodies == [whole[:10], whole[20:30], whole[-5:]]
    size = len(whole)
    assert [
        re.findall(rb"Content-Range: bytes (\d+-\d+)/(\d+)", part)[0] for part in parts[:-1]
    ] == [
        (b"0-9", b"%d" % size),
        (b"20-29", b"%d" % size),
        (b"%d-%d" % (size - 5, size - 1), b"%d" % size),
    ]


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0", "bytes=999999999-, -0"])
def test_a_part_that_is_not_there_is_refused_with_the_length(
    client: Client, whole: bytes, asked: str
) -> None:
    reply = client.get(DUMP, range=asked)
    assert reply.status == 416
    assert reply.headers["content-range"] == f"bytes */{len(whole)}"
    assert reply.json()["type"].endswith("range-not-satisfiable")


@pytest.mark.parametrize(
    "asked",
    [
        *("lines=0-9", "bytes=9-0", "bytes=a-b", "bytes=", "bytes=0-1-2", "bytes", "bytes=-"),
        "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 200, 2)),
    ],
)
def test_what_is_no_range_or_too_many_gives_the_whole(
    client: Client, whole: bytes, asked: str
) -> None:
    reply = client.get(DUMP, range=asked)
    assert reply.status == 200
    assert reply.body == whole


def test_a_part_of_another_release_is_never_given(client: Client, whole: bytes) -> None:
    etag = client.get(DUMP).headers["etag"]
    assert client.get(DUMP, range="bytes=0-9", if_range=etag).status == 206
    for other in ('"other"', f"W/{etag}", "Wed, 25 Nov 2026 00:00:00 GMT"):
        reply = client.get(DUMP, range="bytes=0-9", if_range=other)
        assert reply.status == 200, other
        assert reply.body == whole


def test_preconditions_count(client: Client) -> None:
    etag = client.get(DUMP).headers["etag"]
    assert client.get(DUMP, if_match=f'"other", {etag}').status == 200
    assert client.get(DUMP, if_match="*").status == 200
    failed = client.get(DUMP, if_match='"other"')
    assert failed.status == 412
    assert failed.json()["etag"] == etag
    assert client.get(DUMP, if_none_match=f"W/{etag}").status == 304
    assert client.get(DUMP, if_none_match=etag, range="bytes=0-9").status == 304


def test_preconditions_of_pages_count_too(client: Client) -> None:
    etag = client.get("/en/").headers["etag"]
    assert client.get("/en/", if_match=f'"other", {etag}').status == 200
    assert client.get("/en/", if_match='"other"').status == 412
    assert client.get("/en/", if_none_match=f'"a,b", W/{etag}').status == 304


def test_head_ignores_ranges(client: Client, whole: bytes) -> None:
    reply = client.ask("HEAD", DUMP, range="bytes=0-9")
    assert reply.status == 200
    assert reply.body == b""
    assert reply.headers["content-length"] == str(len(whole))


@given(
    length=st.integers(1, 50),
    asked=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=16),
)
def test_parts_hold_exactly_the_bytes_that_were_asked_for(
    length: int, asked: list[tuple[int, int]]
) -> None:
    header = "bytes=" + ",".join(f"{start}-{start + more}" for start, more in asked)
    wanted = {at for start, more in asked for at in range(start, start + more + 1) if at < length}
    if not wanted:
        with pytest.raises(RangeNotSatisfiable):
            read_ranges(header, length)
        return
    parts = read_ranges(header, length)
    assert parts is not None
    assert {at for start, end in parts for at in range(start, end)} == wanted
    assert parts == sorted(parts)
    assert all(one[1] < other[0] for one, other in pairwise(parts))
