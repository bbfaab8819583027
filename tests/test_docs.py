"""The documentation names everything that there is."""

import json
import re
from pathlib import Path

import click
import pytest
from reference import ADDRESSES, reference, routes

from stadsgraaf.cli import main

FOLDERS = ("ontology", "data", "shapes", "queries", "src", "tests", "deploy")
#: A README fits on a screen, the repository's on two and a half.
SCREEN, WIDTH = 40, 100


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_has_a_readme_of_a_screen(root: Path, folder: str) -> None:
    lines = (root / folder / "README.md").read_text(encoding="utf-8").splitlines()
    assert 5 < len(lines) <= SCREEN
    wide = [line for line in lines if len(line) > WIDTH and not line.startswith("|")]
    assert [line for line in wide if "http" not in line] == []


def test_the_readme_has_at_most_two_and_a_half_screens(root: Path) -> None:
    assert len((root / "README.md").read_text(encoding="utf-8").splitlines()) <= 2.5 * SCREEN


def test_the_reference_is_what_make_reference_writes(root: Path) -> None:
    written = (root / "REFERENCE.md").read_text(encoding="utf-8")
    assert written == reference(root), "run `make reference`"


def test_every_route_has_its_words_in_the_reference() -> None:
    beside = {
        "/sparql",
        "/sparql/check",
        "/sparql/explain",
        "/sparql/why-empty",
        "/search",
        "/search.json",
        "/lookup",
        "/lookup.json",
    }  # the endpoint, and the documented API
    assert routes() == set(ADDRESSES) - beside


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_shows_examples_of_itself(name: str) -> None:
    help_text = main.commands[name].get_help(click.Context(main.commands[name]))
    assert "Examples:" in help_text
    assert f"stadsgraaf {name}" in help_text.partition("Examples:")[2]


def test_the_version_of_the_code_is_in_the_changelog_or_unreleased(root: Path) -> None:
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## Unreleased" in text or re.search(r"^## \d", text, re.MULTILINE)


def test_every_make_target_has_help(root: Path) -> None:
    text = (root / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony
    targets = phony[1].split()
    assert [name for name in targets if not re.search(rf"^{name}:.*## ", text, re.MULTILINE)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_dependency_has_hashes_and_no_address(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|file://|--index|--find-links|/opt/", text)
    entries = re.findall(r"^\S+==\S+ .*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(entries) > 10
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("folder", ["src/stadsgraaf/web/frontend", "tests/federation"])
def test_every_lock_of_npm_has_hashes_and_no_address(root: Path, folder: str) -> None:
    text = (root / folder / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    packages = json.loads(text)["packages"]
    assert len(packages) > 10
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []
