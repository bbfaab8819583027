"""A difference is what one dataset says and another does not, whatever blank nodes are called."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from stadsgraaf.canonical import canonical_nquads
from stadsgraaf.changes import Changes, write_changes
from stadsgraaf.difference import Difference, compare_lines

PREFIXES = "@prefix e: <http://e/> .\n"


def quads(trig: str) -> list[Quad]:
    return list(parse(PREFIXES + trig, RdfFormat.TRIG))


def write(folder: Path, name: str, content: list[Quad]) -> Path:
    path = folder / name
    path.write_bytes(canonical_nquads(content))
    return path


def difference(folder: Path, old: list[Quad], new: list[Quad]) -> Difference:
    before, after = (write(folder, name, each) for name, each in (("old.nq", old), ("new.nq", new)))
    with before.open("rb") as left, after.open("rb") as right:
        return compare_lines(left, right)


def apply(old: Path, patch: Difference) -> bytes:
    """The new dataset, canonical, from the old one's bytes and a patch."""
    lines = old.read_text(encoding="utf-8").splitlines()
    for line in patch.removed:
        lines.remove(line)
    return canonical_nquads(parse("\n".join([*lines, *patch.added]), RdfFormat.N_QUADS))


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("e:a e:p 1 .", "e:a e:p 1 .", 0, 0),
        ("e:a e:p 1 .", "e:a e:p 2 .", 1, 1),
        ("", "e:a e:p 1 . e:g { e:a e:p 1 }", 0, 2),
        ("e:a e:p [ e:q 1 ] , [ e:q 2 ] .", "e:a e:p [ e:q 2 ] , [ e:q 1 ] .", 0, 0),
        ("e:a e:p [ e:q 1 ] .", "e:a e:p [ e:q 1 ] , [ e:q 1 ] .", 0, 2),
        ("e:a e:p [ e:q 1 ] , [ e:q 1 ] .", "e:a e:p [ e:q 1 ] .", 2, 0),
        ("e:a e:p [ e:q 1 ] .", "e:0 e:p [] . e:a e:p [ e:q 1 ] .", 0, 1),
        ("e:a e:p ( 1 2 ) .", "e:a e:p ( 1 3 ) .", 5, 5),
        ('e:a e:p "_:b" .', 'e:a e:p "_:c" .', 1, 1),
        ("e:g { [] e:p 1 }", "e:h { [] e:p 1 }", 1, 1),
    ],
)
def test_what_changed_is_told_and_nothing_else(
    tmp_path: Path, old: str, new: str, removed: int, added: int
) -> None:
    found = difference(tmp_path, quads(old), quads(new))
    assert (len(found.removed), len(found.added)) == (removed, added)
    assert bool(found) == bool(removed or added)


def test_the_graphs_are_counted(tmp_path: Path) -> None:
    old = write(tmp_path, "old.nq", quads("e:g { e:a e:p 1 , 2 }"))
    new = write(tmp_path, "new.nq", quads("e:a e:p 3 . e:g { e:a e:p 2 , 4 , 5 }"))
    assert write_changes("before", old, new, tmp_path / "changes.sqlite")
    with Changes(tmp_path / "changes.sqlite") as found:
        assert found.by_graph() == {"": (0, 1), "http://e/g": (1, 2)}


def test_a_patch_has_its_header_and_its_transaction(tmp_path: Path) -> None:
    found = difference(tmp_path, quads("e:a e:p 1 ."), quads("e:a e:p 'x' ."))
    assert list(found.as_patch("urn:new", "urn:old")) == [
        "H id <urn:new> .\n",
        "H prev <urn:old> .\n",
        "TX .\n",
        'D <http://e/a> <http://e/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n',
        'A <http://e/a> <http://e/p> "x" .\n',
        "TC .\n",
    ]


_NODES = st.one_of(
    st.sampled_from([NamedNode(f"http://e/{name}") for name in "abc"]),
    st.sampled_from([BlankNode(name) for name in ("x", "y", "z", "w")]),
)
_VALUES = st.one_of(_NODES, st.sampled_from([Literal("_:x"), Literal('a "_:b" \\'), Literal(1)]))
_DATASETS = st.lists(
    st.builds(Quad, _NODES, st.just(NamedNode("http://e/p")), _VALUES, _NODES), max_size=12
)


@settings(max_examples=150, deadline=None)
@given(old=_DATASETS, new=_DATASETS)
def test_the_old_dataset_with_the_patch_is_the_new_one(
    tmp_path_factory: pytest.TempPathFactory, old: list[Quad], new: list[Quad]
) -> None:
    folder = tmp_path_factory.mktemp("patch")
    found = difference(folder, old, new)
    assert apply(folder / "old.nq", found) == (folder / "new.nq").read_bytes()


@settings(max_examples=50, deadline=None)
@given(dataset=_DATASETS)
def test_a_dataset_does_not_differ_from_itself_with_other_labels(
    tmp_path_factory: pytest.TempPathFactory, dataset: list[Quad]
) -> None:
    folder = tmp_path_factory.mktemp("same")

    def other(term: object) -> object:
        return BlankNode("q" + term.value) if isinstance(term, BlankNode) else term

    renamed = [Quad(*(other(term) for term in quad)) for quad in reversed(dataset)]  # type: ignore[arg-type]
    assert not difference(folder, dataset, renamed)
