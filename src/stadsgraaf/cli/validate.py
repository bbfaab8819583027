"""``stadsgraaf validate``."""

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from stadsgraaf.cli.earlier import Place, with_release
from stadsgraaf.cli.options import QUIET, Steps, cache_for_validation, language_option, outputs
from stadsgraaf.cli.reporting import write_report
from stadsgraaf.errors import Language, NoSuchPath, UsageError

if TYPE_CHECKING:
    from stadsgraaf.validation import Options, Report, Severity, Sources
    from stadsgraaf.validation.cache import Cache
    from stadsgraaf.validation.profile import Profile
    from stadsgraaf.validation.standby import Standby

__all__ = ["validate"]

_STDIN = Path("-")
SEVERITIES = click.Choice(["violation", "warning", "info"])
_EXPLAIN = "explain"


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "-f",
    "forms",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="Format of the report; may be given several times, each with a file to write to. Default: "
    "text. Formats: text, lines, json, github, gitlab, sarif, junit, markdown, html, turtle.",
)
@click.option(
    "--fail-on", type=SEVERITIES, help="Least severity that gives exit code 1. Default: violation."
)
@click.option(
    "--show", type=SEVERITIES, default="warning", help="Least severity that the format text shows."
)
@click.option(
    "--engine",
    type=click.Choice(["pyshacl", "turbo", "both"]),
    default="pyshacl",
    help="The SHACL engine; both: any difference between the two is a violation.",
)
@click.option(
    "--advanced",
    is_flag=True,
    help="Evaluate SHACL-AF too: rules, functions, expressions and targets; JavaScript never is.",
)
@click.option(
    "--stage",
    "stages",
    multiple=True,
    metavar="STAGE",
    help="Run only this stage; may be given several times. Stages: syntax, lexical, terms, shacl, "
    "verify, evidence, queries, formatting, difference.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="FILE|NAME",
    help="A file that sets severities of rules per file and files to leave out; default: "
    ".stadsgraaf-validate.yaml, if there is one. Or a name, for the shapes of nl-sbb or "
    "dcat-ap-nl in the folder that STADSGRAAF_STANDARDS names.",
)
@click.option(
    "--shapes",
    "shapes",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Shapes from elsewhere, a file or folder; may be given several times.",
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Files to leave out: tests/**.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of known findings: these pass, new ones fail.",
)
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the present findings to a file as a baseline, and pass.",
)
@click.option(
    "--changed",
    is_flag=False,
    flag_value="",
    metavar="[REV]",
    help="Report only what a change brought about: findings already there at this revision pass. "
    "Default: the target of the pull request, else the last commit.",
)
@click.option(
    "--since",
    metavar="RELEASE",
    help="The last release: a git revision, a folder, a file, or “latest” for the newest tag. A change "
    "that breaks users of it is a violation, unless a new version declares it.",
)
@click.option(
    "--source",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The text that evidence refers to, to check its digests. Default: STADSGRAAF_ARTICLE.",
)
@language_option("Of the report.")
@click.option("--explain", metavar="RULE", help="Print the page of a rule; all: list the rules.")
@click.option(
    "--no-cache",
    is_flag=True,
    envvar="STADSGRAAF_NO_CACHE",
    help="Use no results of earlier runs, and keep none.",
)
@QUIET
@click.pass_context
def validate(context: click.Context, /, **given: Any) -> None:
    """Check Turtle, vocabulary, shapes and queries; report file, line and remedy.

    A PATH is a folder or a file, of Turtle, TriG, N-Triples, N-Quads, RDF/XML, JSON-LD or SPARQL;
    all of them together are the dataset. Default: the folder you are in; - is stdin.

    Exit code 1 when there are violations; warnings alone do not fail, unless --fail-on says so.
    "stadsgraaf validate explain RULE" explains a rule and how to mend what it finds.

    \b
    Examples:
      stadsgraaf validate
      stadsgraaf validate some/folder --fail-on warning
      stadsgraaf validate vocabulary.ttl shapes.ttl --engine both
      stadsgraaf validate --format text --format sarif=report.sarif
      stadsgraaf validate --since latest
      cat some.ttl | stadsgraaf validate - --shapes shapes
      stadsgraaf validate explain skos/broader-cycle
    """
    _collect_seldom()
    from stadsgraaf.validation.formats import FORMATS

    asked = _Asked(**given)
    if (rule := _explained(asked.paths, asked.explain)) is not None:
        click.echo(_explain(rule, asked.language), nl=False)
        return
    wanted = outputs(asked.forms, FORMATS)
    _choose(asked.stages)
    _refuse_both(asked.baseline, asked.write_baseline)
    judged = _judged(context, asked)
    if asked.write_baseline:
        _write_baseline(asked.write_baseline, judged.report)
    report = judged.report.below(judged.folder)
    broken = write_report(report, wanted, asked.language, asked.show)
    for failure in report.failures:
        click.echo(f"{failure.trace}", err=True, nl=False)
    # so that the interpreter does not look for cycles once more as it ends
    gc.freeze()
    if report.failures or broken:
        context.exit(3)
    fails = report.fails(judged.least(asked.fail_on)) and not asked.write_baseline
    context.exit(1 if fails else 0)


@dataclass(frozen=True)
class _Asked:
    """What the command line asks for: the options, by their names."""

    paths: tuple[Path, ...]
    forms: tuple[str, ...]
    fail_on: str | None
    show: str
    engine: str
    advanced: bool
    stages: tuple[str, ...]
    profiles: tuple[str, ...]
    shapes: tuple[Path, ...]
    exclude: tuple[str, ...]
    baseline: Path | None
    write_baseline: Path | None
    changed: str | None
    since: str | None
    source: Path | None
    language: Language
    explain: str | None
    no_cache: bool
    quiet: bool

    @property
    def is_piped(self) -> bool:
        """Whether stdin is validated."""
        return _STDIN in self.paths


@dataclass(frozen=True)
class _Judged:
    """The report, the profile that it was made by, and the folder from where we are."""

    report: "Report"
    profile: "Profile"
    folder: str

    def least(self, asked: str | None) -> "Severity":
        """The least severity that fails."""
        from stadsgraaf.validation import Severity

        return Severity(asked) if asked else self.profile.fail_on or Severity.VIOLATION


def _judged(context: click.Context, asked: _Asked) -> _Judged:
    from stadsgraaf.validation import gather
    from stadsgraaf.validation.changes import compared_with

    paths = (_piped(context, asked),) if asked.is_piped else asked.paths or (Path(),)
    profile = _profile(asked, paths)
    steps = Steps(quiet=asked.quiet)
    options = _options(context, asked, profile)
    exclude = (*profile.exclude, *asked.exclude)
    sources = gather(paths, exclude, steps.read)
    options = replace(options, queries=sources.queries)
    place = Place(paths, sources, exclude)
    if since := asked.since or (None if asked.is_piped else profile.since):
        steps("last release")
        options = with_release(options, since, place)
    with ExitStack() as folders:
        if asked.changed is not None:
            steps("revision")
            revision = asked.changed or compared_with(os.environ)
            options = replace(options, earlier=folders.enter_context(place.at(revision)))
        report = _report(sources, options, steps)
    steps.end()
    return _Judged(report, profile, "." if asked.is_piped else _folder(sources.dataset.root))


def _report(sources: "Sources", options: "Options", steps: Steps) -> "Report":
    from stadsgraaf.validation import validate as check

    steps.triples = sum(len(one.turtle.triples) for one in sources.dataset.documents)
    # what was read stays to the end, so nobody need look for cycles in it
    gc.freeze()
    return check(sources.dataset, options, steps, steps.count)


def _profile(asked: _Asked, paths: Sequence[Path]) -> "Profile":
    from stadsgraaf.validation import reading_profile
    from stadsgraaf.validation.standards import PROFILES

    files = [Path(name) for name in asked.profiles if name not in PROFILES]
    return reading_profile(files, (Path(),) if asked.is_piped else paths)


def _options(context: click.Context, asked: _Asked, profile: "Profile") -> "Options":
    """How to validate; a process on standby begins to get ready."""
    from stadsgraaf.validation import Options
    from stadsgraaf.validation.baseline import Baseline
    from stadsgraaf.validation.standards import PROFILES, named, shape_files

    standards = [
        path for name in asked.profiles if name in PROFILES for path in named(name, os.environ)
    ]
    known = asked.baseline or profile.baseline
    cache = None if asked.no_cache else _cache()
    return Options(
        engine=asked.engine,
        advanced=asked.advanced or profile.advanced,
        stages=asked.stages,
        profile=profile,
        standards=shape_files([*standards, *asked.shapes]),
        baseline=Baseline.read(known) if known and not asked.write_baseline else None,
        processes=_processes(),
        source=_source(asked.source),
        cache=cache,
        standby=None
        if asked.changed is None
        else _standby(context, asked.engine, asked.stages, cache),
    )


def _write_baseline(path: Path, report: "Report") -> None:
    from stadsgraaf.validation.baseline import write

    click.echo(f"{path}: {write(path, report.findings)} findings", err=True)


def _collect_seldom() -> None:
    """Millions of terms, hardly a cycle among them: looking for these takes a tenth of the time."""
    gc.set_threshold(200_000, 20, 50)
    gc.unfreeze()


def _refuse_both(baseline: Path | None, write_baseline: Path | None) -> None:
    if baseline is not None and write_baseline is not None:
        reason = "--baseline lets findings pass, --write-baseline writes all of them: give one"
        raise UsageError(reason=reason)


def _piped(context: click.Context, asked: _Asked) -> Path:
    """A file with what stdin gives, for as long as the command runs."""
    if len(asked.paths) > 1 or asked.changed is not None or asked.since is not None:
        raise UsageError(
            reason="- stands alone: name shapes by --shapes; it has no earlier revision"
        )
    content = sys.stdin.buffer.read()
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    ending = ".jsonld" if start[:1] in (b"{", b"[") and _is_json(content) else ".ttl"
    ending = ".rdf" if start.startswith((b"<?xml", b"<rdf:RDF")) else ending
    folder = Path(context.with_resource(TemporaryDirectory(prefix="stdin-")))
    file = folder / f"stdin{ending}"
    file.write_bytes(content)
    return file


def _is_json(content: bytes) -> bool:
    """Whether what begins with a brace is JSON, also when a slip makes it none: Turtle has no “\":”."""
    return b'":' in content or b'" :' in content


def _cache() -> "Cache | None":
    """What earlier runs found; None where nobody has a place for it."""
    from stadsgraaf.validation.cache import Cache

    with suppress(RuntimeError):
        return Cache(cache_for_validation())
    return None


def _processes() -> int:
    return (os.cpu_count() or 1) if hasattr(os, "fork") else 1


def _standby(
    context: click.Context, engine: str, stages: Sequence[str], cache: "Cache | None"
) -> "Standby | None":
    """A process that gets ready to judge what changed, where there is room and need for one."""
    if _processes() == 1 or engine == "turbo" or (stages and "shacl" not in stages):
        return None
    from stadsgraaf.validation.shacl import get_ready
    from stadsgraaf.validation.standby import Standby

    standby = Standby(get_ready)
    context.call_on_close(standby.stop)
    # else what was found before may be all that is asked for
    if cache is None or cache.is_empty:
        standby.start()
    return standby


def _source(named: Path | None) -> Path | None:
    """The file of the source: that of the option, which must be there, or of the environment.

    It is no setting of a server that is asked for here, so the others of these need not be right.
    """
    if named is not None and not named.is_file():
        raise NoSuchPath(path=str(named))
    known = os.environ.get("STADSGRAAF_ARTICLE")
    return named or (Path(known) if known else None)


def _explained(paths: Sequence[Path], option: str | None) -> str | None:
    """The rule to explain, "all" for a list of them, or None."""
    if option is not None:
        return option
    if paths and paths[0] == Path(_EXPLAIN) and not paths[0].exists():
        return str(paths[1]) if len(paths) > 1 else "all"
    return None


def _explain(name: str, language: Language) -> str:
    from stadsgraaf.validation.explanation import explain, listing

    return listing(language) if name == "all" else explain(name, language, Path())


def _choose(stages: Sequence[str]) -> None:
    from stadsgraaf.validation.stages import STAGES

    for name in stages:
        if name not in STAGES:
            raise UsageError(reason=f"--stage {name}: there are {', '.join(STAGES)}")


def _folder(root: Path) -> str:
    """The way from the folder we are in to the root, so that reports name files as CI does."""
    inside = root.resolve().is_relative_to(Path.cwd())
    return Path(os.path.relpath(root.resolve()) if inside else root).as_posix()
