"""Hooks, action, template and workflow: what they run, run as they run it, on a small repository."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PREFIX = """@prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

"""
GOOD = (
    PREFIX
    + """ex:ont a owl:Ontology ;
    dct:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
    owl:versionInfo "1.0.0" .

ex:A a owl:Class ;
    rdfs:label "a"@en .
"""
)
LOOSE = GOOD.replace(" ;\n    ", ";")
WRONG = GOOD + "\nex:b a ex:Missing .\n"
UNREADABLE = GOOD + "\nex:b a\n"
BREAKING = GOOD.replace("ex:A a", "ex:B a")


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


class Repository:
    """A repository with one commit, where scripts run as they do in CI."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        self.temp = folder / "temp"
        (self.temp / "stadsgraaf" / "bin").mkdir(parents=True)
        self.folder.mkdir()
        command = Path(sys.executable).with_name("stadsgraaf")
        (self.temp / "stadsgraaf" / "bin" / "stadsgraaf").symlink_to(command)
        self.environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@example.org",
        }
        self.write(GOOD)
        for line in ("init --quiet", "add .", "commit --quiet --message One"):
            assert self.run(f"git {line}").returncode == 0

    def write(self, text: str) -> None:
        (self.folder / "a.ttl").write_text(text, encoding="utf-8")

    def run(self, script: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a script as GitHub runs one with ``shell: bash``."""
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def summary(self) -> str:
        return (self.temp / "summary.md").read_text(encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


# --- pre-commit ----------------------------------------------------------------------------------

HOOKS = {hook["id"]: hook for hook in load(".pre-commit-hooks.yaml")}


def hook(repository: Repository, name: str) -> "subprocess.CompletedProcess[str]":
    """Run a hook on the changed file, as pre-commit does: by its entry, with files or without."""
    declared = HOOKS[name]
    files = ["a.ttl"] if declared.get("pass_filenames", True) else []
    assert re.search(declared["files"], "a.ttl")
    return repository.run(shlex.join([*shlex.split(declared["entry"]), *files]))


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_lets_good_turtle_pass(repository: Repository, name: str) -> None:
    done = hook(repository, name)
    assert done.returncode == 0, done.stderr + done.stdout


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("stadsgraaf-fmt", UNREADABLE),
        ("stadsgraaf-validate-changed", WRONG),
        ("stadsgraaf-validate", WRONG),
        ("stadsgraaf-validate", UNREADABLE),
        ("stadsgraaf-diff", BREAKING),
    ],
)
def test_a_hook_stops_what_is_wrong(repository: Repository, name: str, text: str) -> None:
    repository.write(text)
    assert hook(repository, name).returncode == 1


def test_the_formatting_hook_formats(repository: Repository) -> None:
    repository.write(LOOSE)
    assert hook(repository, "stadsgraaf-fmt").returncode == 0
    assert (repository.folder / "a.ttl").read_text(encoding="utf-8") == GOOD


# --- the action ----------------------------------------------------------------------------------

ACTION = load("action.yml")
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}


def step(repository: Repository, name: str, **inputs: str) -> "subprocess.CompletedProcess[str]":
    """Run a step of the action with its inputs, or their defaults."""
    values = {key: each["default"] for key, each in ACTION["inputs"].items()} | inputs
    environment = {
        key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
        for key, text in STEPS[name]["env"].items()
    }
    return repository.run(STEPS[name]["run"], **environment)


def test_the_action_annotates_summarises_and_leaves_sarif(repository: Repository) -> None:
    repository.write(WRONG)
    done = step(repository, "Validate")
    assert done.returncode == 1
    assert "::error file=a.ttl,line=13," in done.stdout
    assert "ex:Missing" in repository.summary
    output = dict(
        line.split("=", 1) for line in (repository.temp / "output").read_text().splitlines()
    )
    sarif = json.loads(Path(output["sarif"]).read_text(encoding="utf-8"))
    assert sarif["version"] == "2.1.0"
    assert len(sarif["runs"][0]["results"]) == 1


def test_the_action_passes_and_still_leaves_sarif(repository: Repository) -> None:
    assert step(repository, "Validate").returncode == 0
    assert (repository.temp / "stadsgraaf.sarif").is_file()


def test_the_action_takes_several_paths_and_a_severity(repository: Repository) -> None:
    (repository.folder / "b.ttl").write_text(WRONG, encoding="utf-8")
    assert step(repository, "Validate", paths="a.ttl").returncode == 0
    assert step(repository, "Validate", paths="a.ttl b.ttl").returncode == 1
    assert step(repository, "Validate", paths="none.ttl").returncode == 2
    repository.write(LOOSE)  # not formatted: that is a warning
    assert step(repository, "Validate", paths="a.ttl").returncode == 0
    strict = step(repository, "Validate", **{"paths": "a.ttl", "fail-on": "info"})
    assert strict.returncode == 1


def test_findings_are_uploaded_also_when_there_are_some_and_a_failing_upload_fails_nothing() -> (
    None
):
    upload = STEPS["Upload findings"]
    assert upload["if"].startswith("${{ !cancelled()")
    assert upload["continue-on-error"] is True
    assert upload["with"]["sarif_file"] == ACTION["outputs"]["sarif"]["value"]


def test_the_action_names_breaking_changes(repository: Repository) -> None:
    repository.write(BREAKING)
    done = step(repository, "Breaking changes", diff="HEAD")
    assert done.returncode == 1
    assert "### Breaking changes" in repository.summary


# --- GitLab --------------------------------------------------------------------------------------


def gitlab(repository: Repository, **variables: str) -> "subprocess.CompletedProcess[str]":
    job = load(".gitlab/stadsgraaf.gitlab-ci.yml")[".stadsgraaf"]
    (repository.folder / ".stadsgraaf").unlink(missing_ok=True)
    (repository.folder / ".stadsgraaf").symlink_to(repository.temp / "stadsgraaf")
    return repository.run("\n".join(job["script"]), **(job["variables"] | variables))


def test_gitlab_gets_both_reports(repository: Repository) -> None:
    repository.write(WRONG)
    assert gitlab(repository).returncode == 1
    job = load(".gitlab/stadsgraaf.gitlab-ci.yml")[".stadsgraaf"]
    assert job["artifacts"]["when"] == "always"
    for name in job["artifacts"]["reports"].values():
        assert "ex:Missing" in (repository.folder / name).read_text(encoding="utf-8")


def test_gitlab_installs_from_the_project_of_the_template(repository: Repository) -> None:
    job = load(".gitlab/stadsgraaf.gitlab-ci.yml")[".stadsgraaf"]
    pip = repository.folder / ".stadsgraaf" / "bin" / "pip"
    pip.parent.mkdir(parents=True)
    pip.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    pip.chmod(0o755)
    place = {
        "CI_SERVER_URL": "https://git.example:8443/sub",
        "CI_JOB_TOKEN": "t",
        "STADSGRAAF_PROJECT": "group/stadsgraaf",
        "STADSGRAAF_REF": "v0.1.0",
    }
    done = repository.run(job["before_script"][-1], **(job["variables"] | place))
    assert done.stdout.splitlines()[-1] == (
        "stadsgraaf @ git+https://gitlab-ci-token:t@git.example:8443/sub/group/stadsgraaf.git@v0.1.0"
    )


def test_paths_may_hold_spaces_where_each_has_its_line(repository: Repository) -> None:
    (repository.folder / "a b.ttl").write_text(WRONG, encoding="utf-8")
    assert step(repository, "Validate", paths="a b.ttl\na.ttl\n").returncode == 1
    assert gitlab(repository, STADSGRAAF_PATHS="a b.ttl\n").returncode == 1


def test_gitlab_names_breaking_changes_when_asked(repository: Repository) -> None:
    repository.write(BREAKING)
    assert gitlab(repository).returncode == 0
    done = gitlab(repository, STADSGRAAF_DIFF="HEAD")
    assert (done.returncode, "term-removed" in done.stdout) == (1, True)


# --- installing ----------------------------------------------------------------------------------


def wheel(folder: Path) -> Path:
    """A package of the same name, whose command says that it is there: nothing is downloaded."""
    about = "stadsgraaf-0.dist-info"
    files = {
        "standin.py": "def main():\n    print('installed')\n",
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: stadsgraaf\nVersion: 0\nProvides-Extra: turbo\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": "[console_scripts]\nstadsgraaf = standin:main\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{about}/RECORD"])
    path = folder / "stadsgraaf-0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_the_action_installs_where_it_looks(repository: Repository) -> None:
    shutil.rmtree(repository.temp / "stadsgraaf")
    made = wheel(repository.temp)
    script = STEPS["Install"]["run"]
    for engine in ("pyshacl", "turbo", "both"):
        done = repository.run(script, ENGINE=engine, GITHUB_ACTION_PATH=str(made), PIP_NO_INDEX="1")
        assert done.returncode == 0, done.stderr
    assert step(repository, "Validate").stdout == "installed\n"


def test_gitlab_installs_where_it_looks(repository: Repository) -> None:
    job = load(".gitlab/stadsgraaf.gitlab-ci.yml")[".stadsgraaf"]
    script = "\n".join([*job["before_script"], *job["script"]])
    package = {"STADSGRAAF_PACKAGE": str(wheel(repository.temp)), "PIP_NO_INDEX": "1"}
    done = repository.run(script, **(job["variables"] | package))
    assert (done.returncode, done.stdout) == (0, "installed\n"), done.stderr


# --- the workflow for people without tools -------------------------------------------------------


def test_the_workflow_formats_and_pushes(repository: Repository, tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    repository.run(f"git init --quiet --bare {remote} && git remote add origin {remote}")
    repository.run("git push --quiet --set-upstream origin HEAD")
    repository.write(LOOSE)
    repository.run("git commit --quiet --all --message Loose && git push --quiet")
    steps = {
        each["name"]: each
        for each in load(".github/workflows/fix.yml")["jobs"]["fix"]["steps"]
        if "name" in each
    }
    for name in ("Format", "Commit", "Format", "Commit"):
        done = repository.run(steps[name]["run"])
        assert done.returncode == 0, done.stderr
    pushed = repository.run(f"git --git-dir {remote} log --format=%s").stdout.splitlines()
    assert pushed == ["Format Turtle", "Loose", "One"]
    assert "Nothing to format." in repository.summary


# --- editors -------------------------------------------------------------------------------------


def test_the_problem_matcher_knows_the_lines(repository: Repository) -> None:
    pattern = json.loads((ROOT / ".github/problem-matcher.json").read_text(encoding="utf-8"))
    regexp = pattern["problemMatcher"][0]["pattern"][0]["regexp"]
    repository.write(WRONG)
    done = repository.run("stadsgraaf validate --quiet --format lines")
    found = [re.match(regexp, line) for line in done.stdout.splitlines()]
    assert [each and each.groups()[:4] for each in found][:1] == [("a.ttl", "13", "8", "error")]
    assert None not in found
