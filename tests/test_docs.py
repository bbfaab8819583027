"""The documentation names everything that there is."""

import re
from pathlib import Path

import click
import pytest

from stadsgraaf.cli import main
from stadsgraaf.errors import StadsgraafError
from stadsgraaf.settings import Settings
from stadsgraaf.web.app import _ROUTES as ROUTES

FOLDERS = ("ontology", "data", "shapes", "queries", "src", "tests")
#: A README fits on a screen, the repository's on two.
SCREEN = 50


def reference(root: Path) -> str:
    return (root / "REFERENCE.md").read_text(encoding="utf-8")


def problems(base: type[StadsgraafError]) -> set[str]:
    return {base.slug}.union(*(problems(child) for child in base.__subclasses__()))


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_has_a_readme_of_a_screen(root: Path, folder: str) -> None:
    lines = (root / folder / "README.md").read_text(encoding="utf-8").splitlines()
    assert 5 < len(lines) <= SCREEN


def test_the_readme_has_at_most_two_screens(root: Path) -> None:
    assert len((root / "README.md").read_text(encoding="utf-8").splitlines()) <= 2 * SCREEN


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_in_the_reference_and_shows_examples(root: Path, name: str) -> None:
    assert f"`stadsgraaf {name}" in reference(root)
    help_text = main.commands[name].get_help(click.Context(main.commands[name]))
    assert "Examples:" in help_text
    assert f"stadsgraaf {name}" in help_text


def test_every_setting_is_in_the_reference_with_its_default_and_help(root: Path) -> None:
    rows = set(reference(root).splitlines())
    for setting in Settings.table():
        default = f"`{setting.default}`" if setting.default != "" else "–"
        assert f"| `{setting.name}` | {default} | {setting.help} |" in rows


def test_every_problem_type_is_in_the_reference(root: Path) -> None:
    assert problems(StadsgraafError) <= set(re.findall(r"`([a-z0-9-]+)`", reference(root)))


def test_every_route_is_in_the_reference(root: Path) -> None:
    paths = {re.sub(r":\w+\}", "}", route.path) for route in ROUTES} | {"/sparql", "/search"}
    assert {path for path in paths if f"| `{path}` |" not in reference(root)} == set()


def test_every_query_is_in_its_readme(root: Path) -> None:
    text = (root / "queries" / "README.md").read_text(encoding="utf-8")
    names = {path.stem for path in (root / "queries").rglob("*.rq")}
    assert names
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_every_shape_file_is_in_its_readme(root: Path) -> None:
    text = (root / "shapes" / "README.md").read_text(encoding="utf-8")
    names = {path.stem for path in (root / "shapes").glob("*.ttl")}
    assert names
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_the_version_of_the_code_is_in_the_changelog_or_unreleased(root: Path) -> None:
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## Unreleased" in text or re.search(r"^## \d", text, re.MULTILINE)


def test_every_make_target_has_help(root: Path) -> None:
    text = (root / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony
    targets = phony[1].split()
    assert [name for name in targets if not re.search(rf"^{name}:.*## ", text, re.MULTILINE)] == []
