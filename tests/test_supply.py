"""What the software is made of is locked, small, and what its bill of materials says."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def locked(path: Path) -> dict[str, str]:
    """Versions by name in a file with hashes."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", path.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    content: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return content["project"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_is_locked_at_a_version_that_it_allows(
    root: Path, project: dict[str, Any], name: str
) -> None:
    versions = locked(root / name)
    wanted = list(project["dependencies"])
    if "dev" in name:
        wanted += project["optional-dependencies"]["dev"]
    for text in wanted:
        needed = Requirement(text)
        version = versions.get(canonicalize_name(needed.name))
        assert version, f"{text} is not locked: run `make lock`"
        assert needed.specifier.contains(version, prereleases=True), (text, version)


def test_the_locks_agree(root: Path) -> None:
    serving, testing = locked(root / "requirements.txt"), locked(root / "requirements-dev.txt")
    assert {name: testing.get(name) for name in serving} == serving


def test_the_bill_of_materials_is_the_lock(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible"]
    target = tmp_path / "sbom.json"
    files = ["--pyproject", "pyproject.toml", "--output-file", str(target), "requirements.txt"]
    subprocess.run([*command, *files], cwd=root, check=True, capture_output=True)
    sbom = json.loads(target.read_text(encoding="utf-8"))
    assert sbom["bomFormat"] == "CycloneDX"
    named = {canonicalize_name(each["name"]): each["version"] for each in sbom["components"]}
    assert named == locked(root / "requirements.txt")
    assert all(each["externalReferences"] or each["purl"] for each in sbom["components"])
    assert sbom["metadata"]["component"]["name"] == "stadsgraaf"


def test_serving_loads_few_packages() -> None:
    code = (
        "import sys, stadsgraaf.web.server, stadsgraaf.cli\n"
        "from importlib.metadata import packages_distributions as known\n"
        "names, packages = {name.partition('.')[0] for name in sys.modules}, known()\n"
        "print(*sorted({each for name in names for each in packages.get(name, ())}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {canonicalize_name(name) for name in done.stdout.split()}
    for building in ("rdflib", "pyshacl", "owlrl", "pyparsing", "pyarrow", "pip"):
        assert building not in loaded
    assert len(loaded) < 35, sorted(loaded)


def test_every_direct_dependency_is_declared() -> None:
    declared = {canonicalize_name(Requirement(text).name) for text in requires("stadsgraaf") or ()}
    assert {"pyoxigraph", "uvicorn", "prometheus-client"} <= declared


def test_the_source_distribution_makes_a_wheel_that_has_the_pages_and_nothing_else(
    root: Path, tmp_path: Path
) -> None:
    def make(target: str, folder: Path) -> Path:
        command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(tmp_path)]
        environment = {**os.environ, "STADSGRAAF_NO_FRONTEND": "1"}  # as it is built already
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
        (made,) = tmp_path.glob("*.whl" if target == "wheel" else "*.tar.gz")
        return made

    source = make("sdist", root)
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = (path for path in tmp_path.iterdir() if path.is_dir())
    with zipfile.ZipFile(make("wheel", unpacked)) as wheel:
        names = set(wheel.namelist())
    package = {
        path.relative_to(root / "src").as_posix()
        for path in (root / "src" / "stadsgraaf").rglob("*")
        if path.is_file() and not {"__pycache__", "frontend"} & set(path.parts)
    }
    tables = ("deviations", "failures", "suites")
    lists = {f"stadsgraaf/web/conformance/{name}.csv" for name in tables}
    assert {name for name in names if ".dist-info/" not in name} == package | lists
    assert any(name.startswith("stadsgraaf/web/static/style-") for name in names)
