"""``stadsgraaf validate``."""

import gc
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from stadsgraaf.cli.options import (
    Steps,
    cache_for_validation,
    language_option,
    outputs,
    reader_may_leave,
)
from stadsgraaf.errors import Language, NoSuchPath, NothingToServe, Text, UsageError

if TYPE_CHECKING:
    from stadsgraaf.validation import Options, Report, Sources
    from stadsgraaf.validation.cache import Cache
    from stadsgraaf.validation.standby import Standby

__all__ = ["validate"]

_STDIN = Path("-")
_NOTHING_RELEASED = Text(
    "There was nothing yet at that revision, so nothing was compared with it.",
    "In die revisie was er nog niets, dus is er niets mee vergeleken.",
)
SEVERITIES = click.Choice(["violation", "warning", "info"])
_EXPLAIN, _LATEST = "explain", "latest"
_NO_RELEASE = Text(
    "There is no tag, so nothing was compared with a last release.",
    "Er is geen tag, dus is er niets met een vorige versie vergeleken.",
)


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, metavar="[PATH]...")
@click.option(
    "--format",
    "-f",
    "forms",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="How to report; may be given several times, with a file to write to. Default: text. "
    "There are text, lines, json, github, gitlab, sarif, junit, markdown, html, turtle.",
)
@click.option("--fail-on", type=SEVERITIES, help="What gives exit code 1. Default: violation.")
@click.option("--show", type=SEVERITIES, default="warning", help="The least that text shows.")
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
    help="Run this stage only; may be given several times. There are syntax, lexical, terms, "
    "shacl, verify, evidence, queries, formatting, difference.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="FILE|NAME",
    help="A file: severities of rules by file, and files to leave out; default "
    ".stadsgraaf-validate.yaml, when it is there. A name: the shapes of nl-sbb or dcat-ap-nl, in "
    "the folder that STADSGRAAF_STANDARDS names.",
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
    help="Findings that are known: they pass, new ones fail.",
)
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the findings that there are as a baseline, and pass.",
)
@click.option(
    "--changed",
    is_flag=False,
    flag_value="",
    metavar="[REV]",
    help="Tell only what a change brought about: what was found at this revision passes. "
    "Default: the target of the pull request, else the last commit.",
)
@click.option(
    "--since",
    metavar="RELEASE",
    help="The last release: a git revision, a folder, a file, or “latest” for the newest tag. What "
    "breaks those who use it is a violation, unless a new version declares it.",
)
@click.option(
    "--source",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The text that evidence points into, to check its digests. Default: STADSGRAAF_ARTICLE.",
)
@language_option("Of the report.")
@click.option("--explain", metavar="RULE", help="Print the page of a rule; all: list the rules.")
@click.option(
    "--no-cache",
    is_flag=True,
    envvar="STADSGRAAF_NO_CACHE",
    help="Find all anew, and keep nothing for the next time.",
)
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
@click.pass_context
def validate(  # noqa: PLR0913 – one for each option
    context: click.Context,
    *,
    paths: tuple[Path, ...],
    forms: tuple[str, ...],
    fail_on: str | None,
    show: str,
    engine: str,
    advanced: bool,
    stages: tuple[str, ...],
    profiles: tuple[str, ...],
    shapes: tuple[Path, ...],
    exclude: tuple[str, ...],
    baseline: Path | None,
    write_baseline: Path | None,
    changed: str | None,
    since: str | None,
    source: Path | None,
    language: Language,
    explain: str | None,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Check Turtle, vocabulary, shapes and queries; say file, line and what to do.

    A PATH is a folder or a file, of Turtle, TriG, N-Triples, N-Quads, RDF/XML, JSON-LD or SPARQL;
    all of them together are the dataset. Default: the folder you are in; - is stdin.

    Exit code 1 when there are violations; warnings alone do not fail, unless --fail-on says so.
    "stadsgraaf validate explain RULE" tells what a rule means, and how to mend what it finds.

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
    from stadsgraaf.validation import Options, Severity, gather, reading_profile
    from stadsgraaf.validation import validate as check
    from stadsgraaf.validation.baseline import Baseline, write
    from stadsgraaf.validation.changes import compared_with
    from stadsgraaf.validation.formats import FORMATS
    from stadsgraaf.validation.standards import PROFILES, named, shape_files

    if (explained := _explained(paths, explain)) is not None:
        click.echo(_explain(explained, language), nl=False)
        return
    wanted = outputs(forms, FORMATS)
    _choose(stages)
    _refuse_both(baseline, write_baseline)
    piped = _STDIN in paths
    paths = (_piped(context, paths, changed, since),) if piped else paths or (Path(),)
    files = [Path(name) for name in profiles if name not in PROFILES]
    profile = reading_profile(files, (Path(),) if piped else paths)
    standards = [path for name in profiles if name in PROFILES for path in named(name, os.environ)]
    steps = Steps(quiet=quiet)
    cache = None if no_cache else _cache()
    standby = None if changed is None else _standby(context, engine, stages, cache)
    sources = gather(paths, (*profile.exclude, *exclude), steps.read)
    known = baseline or profile.baseline
    options = Options(
        engine=engine,
        advanced=advanced or profile.advanced,
        stages=stages,
        queries=sources.queries,
        profile=profile,
        standards=shape_files([*standards, *shapes]),
        baseline=Baseline.read(known) if known and not write_baseline else None,
        processes=_processes(),
        source=_source(source),
        cache=cache,
        standby=standby,
    )
    since = since or (None if piped else profile.since)
    if since:
        steps("last release")
        there = _Place(paths, sources, (*profile.exclude, *exclude))
        options = _with_release(options, since, there)
    with ExitStack() as folders:
        if changed is not None:
            steps("revision")
            there = _Place(paths, sources, (*profile.exclude, *exclude))
            earlier = folders.enter_context(there.at(changed or compared_with(os.environ)))
            options = replace(options, earlier=earlier)
        steps.triples = sum(len(one.turtle.triples) for one in sources.dataset.documents)
        # what was read stays to the end, so nobody need look for cycles in it
        gc.freeze()
        report = check(sources.dataset, options, steps, steps.count)
    steps.end()
    if write_baseline:
        count = write(write_baseline, report.findings)
        click.echo(f"{write_baseline}: {count} findings", err=True)
    least = Severity(fail_on) if fail_on else profile.fail_on or Severity.VIOLATION
    report = report.below("." if piped else _folder(sources.dataset.root))
    broken = _write(report, wanted, language, show)
    for failure in report.failures:
        click.echo(f"{failure.trace}", err=True, nl=False)
    # so that the interpreter does not look for cycles once more as it ends
    gc.freeze()
    if report.failures or broken:
        context.exit(3)
    context.exit(1 if report.fails(least) and not write_baseline else 0)


@dataclass(frozen=True)
class _Place:
    """What is validated, to look at it in another revision."""

    paths: Sequence[Path]
    sources: "Sources"
    exclude: Sequence[str]

    @contextmanager
    def at(self, revision: str) -> "Iterator[Sources | None]":
        """The same at a revision; None when there was nothing yet."""
        from stadsgraaf.validation import gather
        from stadsgraaf.validation.changes import folder_at

        root = self.sources.dataset.root
        with folder_at(revision, root, self.sources.files) as (copy, same):
            there = [copy / os.path.relpath(path, root) for path in self.paths]
            documents = self.sources.dataset.documents
            known = {one.path: one for one in documents if one.path in same}
            try:
                paths = [path for path in there if path.exists()] or [copy]
                found = gather(paths, self.exclude, known=known)
            except NothingToServe:
                found = None
            yield found


def _with_release(options: "Options", since: str, place: _Place) -> "Options":
    """The options with what the last release says, or with a notice that there is none."""
    from stadsgraaf.revisions import read_side
    from stadsgraaf.validation import gather
    from stadsgraaf.validation.changes import latest_tag

    if "://" in since:
        raise UsageError(
            reason=f"--since {since}: nothing is fetched; download it, and name the file"
        )
    if Path(since).exists():
        read = read_side(since, lambda path: gather([path]).dataset)
        return replace(options, released=read.written().read)
    revision = latest_tag(place.sources.dataset.root) if since == _LATEST else since
    if revision is None:
        return replace(options, notices=(*options.notices, _NO_RELEASE))
    with place.at(revision) as sources:
        if sources is None:
            return replace(options, notices=(*options.notices, _NOTHING_RELEASED))
        return replace(options, released=tuple(sources.dataset.asserted))


def _collect_seldom() -> None:
    """Millions of terms, hardly a cycle among them: looking for these takes a tenth of the time."""
    gc.set_threshold(200_000, 20, 50)
    gc.unfreeze()


def _refuse_both(baseline: Path | None, write_baseline: Path | None) -> None:
    if baseline is not None and write_baseline is not None:
        reason = "--baseline lets findings pass, --write-baseline writes all of them: give one"
        raise UsageError(reason=reason)


def _piped(
    context: click.Context, paths: Sequence[Path], changed: str | None, since: str | None
) -> Path:
    """A file with what stdin gives, for as long as the command runs."""
    if len(paths) > 1 or changed is not None or since is not None:
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


def _write(
    report: "Report", wanted: Sequence[tuple[str, Path | None]], language: Language, show: str
) -> bool:
    """Write the report in each format. Returns whether one of them failed."""
    from stadsgraaf.validation import Severity
    from stadsgraaf.validation.changes import changed_lines
    from stadsgraaf.validation.formats import FORMATS

    broken = False
    for name, path in wanted:
        # JSON and Turtle hold both languages
        options: dict[str, object] = {} if name in {"json", "turtle"} else {"language": language}
        if name == "text":
            options |= {"colour": not path and _colourful(), "least": Severity(show)}
        elif name == "github":
            options["changed"] = changed_lines()
            _summarise(report, language)
        try:
            text = FORMATS[name](report, **options)
        except Exception:  # noqa: BLE001 – the other formats must come all the same
            click.echo(f"{name}: {traceback.format_exc()}", err=True)
            broken = True
            continue
        if path is not None:
            path.write_text(text, encoding="utf-8")
        else:
            with reader_may_leave():
                click.echo(text, nl=not text.endswith("\n"))
    return broken


def _summarise(report: "Report", language: Language) -> None:
    """Add the whole report to the summary of a GitHub job, below what other steps wrote."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8") as summary:
            summary.write(report.render("markdown", language=language))


def _colourful() -> bool:
    """Whether to use colour, https://no-color.org/ and https://force-color.org/."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()
