"""Which files of a folder are a dataset's sources, and that none is left out in silence."""

import errno
import os
from pathlib import Path

import pytest

from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import NoSuchPath, NothingToServe, UsageError
from stadsgraaf.folder import others_among, turtle_files
from stadsgraaf.validation.sources import gather


def test_nothing_to_serve_is_said(tmp_path: Path) -> None:
    with pytest.raises(NothingToServe):
        Dataset.load(tmp_path)
    with pytest.raises(NoSuchPath):
        Dataset.load(tmp_path / "none")


def test_a_folder_that_may_not_be_looked_into_is_not_left_out_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    for path in (tmp_path / "a.ttl", tmp_path / "closed" / "b.ttl"):
        path.write_text("<http://e/a> <http://e/p> 1 .")
    look = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return look(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PermissionError, match="closed"):
        Dataset.load(tmp_path)


def test_a_link_that_leads_nowhere_is_not_left_out_in_silence(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/p> 1 .")
    (tmp_path / "b.ttl").symlink_to(tmp_path / "gone.ttl")
    with pytest.raises(FileNotFoundError, match=r"b\.ttl"):
        Dataset.load(tmp_path)


def test_a_file_whose_name_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.ttl"
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 – bytes are no Path
        file.write("<http://e/a> <http://e/p> 1 .")
    for read in (Dataset.load, lambda folder: gather([folder])):
        with pytest.raises(UsageError, match=r"caf\\xe9\.ttl is not UTF-8"):
            read(tmp_path)


def test_rdf_that_is_no_turtle_is_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.rdf").touch()
    (tmp_path / ".hidden.nt").touch()
    with pytest.raises(NothingToServe, match=r"b\.rdf would have to be"):
        Dataset.load(tmp_path)
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/p> 1 .")
    assert others_among(tmp_path) == ["sub/b.rdf"]
    assert others_among(tmp_path / "a.ttl") == []


def test_a_release_inside_the_folder_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/a> a <http://e/A> .\n", encoding="utf-8")
    dumps = tmp_path / "out" / "releases" / "1" / "dumps"
    dumps.mkdir(parents=True)
    (dumps / "dataset.ttl").write_text("<http://e/b> a <http://e/A> .\n", encoding="utf-8")
    for name in ("manifest.json", "data.nq"):
        (dumps.parent / name).touch()
    assert [path.name for path in turtle_files(tmp_path)] == ["a.ttl"]
