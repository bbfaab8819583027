"""The Dockerfile and the compose file: linted, in step with the rest, and enough to build from.

No container is run here: what each step does is done without one.
"""

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from proxy import NGINX, installed
from serving import free_port

from stadsgraaf.settings import ENVIRONMENT_PREFIX, Settings

STATIC = Path("src/stadsgraaf/web/static")


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> str:
    return (root / "deploy" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")


@pytest.fixture(scope="module")
def compose(root: Path) -> dict[str, Any]:
    text = (root / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def copied(dockerfile: str) -> list[str]:
    """The paths that are copied from the repository."""
    lines = re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE)
    return [path for line in lines for path in line.split()[:-1]]


def test_the_linter_has_nothing_to_say(root: Path) -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    command = [str(hadolint), "--no-color", str(root / "deploy" / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_interpreters_are_those_that_everything_is_tested_with(
    root: Path, dockerfile: str
) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    least = project["requires-python"].removeprefix(">=")
    assert set(re.findall(r"^FROM python:([0-9.]+)-", dockerfile, re.MULTILINE)) == {least}
    assert re.findall(r"^FROM node:([0-9]+)-", dockerfile, re.MULTILINE) == ["20"]


def test_everything_is_installed_by_its_hash(dockerfile: str) -> None:
    installs = re.findall(r"pip install ([^&\n]*)", dockerfile)
    assert len(installs) == 2
    assert all("--require-hashes" in each or "--no-deps" in each for each in installs)
    assert "npm ci" in dockerfile
    assert "npm install" not in dockerfile


def test_nobody_is_root_where_it_runs(dockerfile: str) -> None:
    last = dockerfile.rpartition("\nFROM ")[2]
    users = re.findall(r"^USER (\d+):(\d+)$", last, re.MULTILINE)
    assert users
    assert "0" not in users[-1]


def test_the_build_gets_what_the_dockerfile_copies_and_nothing_else(
    root: Path, dockerfile: str
) -> None:
    ignored = (root / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    wanted = re.findall(r"^!(.*)$", ignored, re.MULTILINE)
    for path in copied(dockerfile):
        assert (root / path).exists(), path
        name = path.rstrip("/")
        assert any(fnmatch.fnmatch(name, each) or name.startswith(f"{each}/") for each in wanted), (
            path
        )
    for each in wanted:
        found = [path for path in copied(dockerfile) if fnmatch.fnmatch(path.rstrip("/"), each)]
        assert found or each == "src", each


def test_what_is_copied_is_enough_to_install_it_from(
    root: Path, dockerfile: str, tmp_path: Path
) -> None:
    if not (root / STATIC / "manifest.json").is_file():
        pytest.skip("the front end has not been built")
    source = tmp_path / "source"
    second = dockerfile.split("\nFROM ")[2]
    for path in copied(second):
        target = source / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if (root / path).is_dir():
            shutil.copytree(
                root / path, target, ignore=shutil.ignore_patterns("node_modules", "__pycache__")
            )
        else:
            shutil.copy(root / path, target)
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run(
        [*command, "--target", str(tmp_path / "site"), "."],
        cwd=source,
        check=True,
        capture_output=True,
    )
    package = tmp_path / "site" / "stadsgraaf" / "web"
    built = json.loads((package / "static" / "manifest.json").read_text(encoding="utf-8"))
    assert all((package / "static" / name).is_file() for name in built.values())
    assert (package / "conformance" / "suites.csv").is_file()
    assert not (package / "frontend").exists()


def test_its_health_is_whether_questions_are_answered(dockerfile: str) -> None:
    """By a program of its own: there is no curl in the image."""
    found = re.search(r"HEALTHCHECK .* CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert found
    program, option, code = json.loads(found[1])
    assert (program, option) == ("python", "-c")
    assert ":8000/ready" in code
    environment = {"PATH": os.environ["PATH"]}
    code = code.replace(":8000/", f":{free_port()}/")
    command = [sys.executable, option, code]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode != 0


def test_what_compose_sets_are_settings(compose: dict[str, Any], dockerfile: str) -> None:
    given = {
        name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value)  # as compose fills in what nobody sets
        for name, value in compose["x-face"]["environment"].items()
    }
    given |= dict(re.findall(rf"({ENVIRONMENT_PREFIX}\w+)=(\S+)", dockerfile))
    settings = Settings.load(given)
    assert settings.admin_socket
    assert settings.host == "0.0.0.0"
    assert settings.trusted_proxies in str(compose["networks"])


def test_the_faces_of_compose_are_those_that_nginx_knows(compose: dict[str, Any]) -> None:
    faces = {name for name in compose["services"] if name.startswith("face")}
    named = re.findall(
        r"^server ([\w-]+):8000 ", compose["configs"]["faces"]["content"], re.MULTILINE
    )
    assert set(named) == faces == set(compose["services"]["nginx"]["depends_on"])
    assert all(compose["services"][name]["read_only"] for name in faces)
    assert all(":ro" in volume for name in faces for volume in compose["services"][name]["volumes"])


def test_nginx_takes_the_configuration_of_compose(
    root: Path, compose: dict[str, Any], tmp_path: Path
) -> None:
    if NGINX is None:
        pytest.skip("nginx is not installed (apt install nginx-light)")
    for volume in compose["services"]["nginx"]["volumes"]:
        assert (root / "deploy" / volume.split(":")[0]).exists()
    main = installed(root, tmp_path / "etc", "plain.conf", [])
    content = compose["configs"]["faces"]["content"]
    assert "$" not in content
    faces = re.sub(r"face-\d+:8000", "127.0.0.1:8000", content)  # names of compose's own network
    (main.parent / "stadsgraaf" / "faces.conf").write_text(faces, encoding="utf-8")
    command = [NGINX, "-t", "-p", str(main.parent), "-c", str(main)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
