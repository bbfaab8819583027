"""What is found, and what was found before: as little of both as gives the same."""

from collections.abc import Callable
from dataclasses import replace

from pyoxigraph import Quad, RdfFormat, parse

from stadsgraaf.validation.carrying import Carried, carried
from stadsgraaf.validation.consequences import may_follow
from stadsgraaf.validation.options import Options
from stadsgraaf.validation.profile import is_told_of_a_file
from stadsgraaf.validation.recall import Found, Memory
from stadsgraaf.validation.running import Run, names_of, suppressions_in, told
from stadsgraaf.validation.scope import Scope, share_derived, tell_alike
from stadsgraaf.validation.stages import APART, BY_FILE, SCOPED, Subject

__all__ = ["Comparison"]


class Comparison:
    """Finds what there is, and what there was before: as little of both as gives the same.

    What was found before is recalled when it can be. Then of what is there now the shapes that read
    what is different run, and the results of the others stay. Else both sides run, as far as they
    matter to what is new.
    """

    def __init__(
        self,
        run: Run,
        earlier: Run | None,
        options: Options,
        progress: Callable[[str], None],
    ) -> None:
        self._run, self._earlier, self._options = run, earlier, options
        self._progress = progress
        self._memory = Memory(options.cache, names_of(options), options.profile)

    def both(self) -> tuple[Found, Found | None]:
        """What is found, and what was found earlier, where that matters."""
        run, earlier = self._run, self._earlier
        if earlier is None:
            key, found = self._memory.recall(run.subject)
            return found or self._whole(run, key), None
        key = before = None
        if not self._memory.is_empty:
            key, found = self._memory.recall(run.subject)
            if found is not None and not (found.all or found.suppressed):
                return found, None
            _, before = self._memory.recall(earlier.subject)
            if found is not None and before is not None:
                return found, before
        if self._options.standby is not None:
            self._options.standby.start()
        known = _derived(before) if before is not None else None
        share_derived(earlier.subject.dataset, run.subject.dataset, known)
        earlier.subject.share_shapes(run.subject)
        if before is None:
            return self._new(run, earlier)
        return self._after(run, earlier, before, key), before

    def _whole(self, run: Run, key: str | None) -> Found:
        """What there is, found by all stages."""
        subject, names = run.subject, names_of(self._options)
        first = [name for name in names if name in APART]
        for name in [*first, *(name for name in names if name not in first)]:
            self._progress(name)
            run.stage(name)
        run.finish(self._progress)
        return self._kept(run, key, subject)

    def _after(self, run: Run, earlier: Run, before: Found, key: str | None) -> Found:
        """The same, by what was found before."""
        subject, stays, looked = run.subject, None, False
        changed = _changed(earlier, run)
        for name in names_of(self._options):
            self._progress(name)
            if name in BY_FILE:
                run.subject = run.subject.looking_at(changed if name in before.silent else None)
            if name in SCOPED and not looked:
                looked, stays = True, _stays(run, earlier, before)
            if stays is not None:
                quiet = name in before.silent and name in _STILL
                run.subject = run.subject.within(stays.scope if quiet else None, stays)
            run.stage(name)
        run.finish(self._progress)
        run.subject = run.subject.within(None)
        return self._kept(run, key, subject)

    def _kept(self, run: Run, key: str | None, subject: Subject) -> Found:
        found = told(run, self._options)
        if not (run.failures or run.skipped):
            fresh = replace(subject, notices=list(self._options.notices))
            self._memory.keep(key, fresh, found)
        return found

    def _new(self, run: Run, earlier: Run) -> tuple[Found, Found]:
        """What there is, and what there was, as far as they matter to what is new."""
        options = self._options
        _run_all(run, earlier, options, self._progress)
        found, old = told(run, options), told(earlier, options)
        if run.subject.scope and (_rests_on_shapes(found, old) or _frees(run, earlier)):
            for one in (earlier, run):
                one.widen()
            found, old = told(run, options), told(earlier, options)
        return found, old


#: Stages that find nothing where nothing is different, when they found nothing before.
_STILL = frozenset({"verify", "queries", "formatting"})
#: Engines of which a shape that they refuse does not concern the others, so that some tell for themselves.
_APART = frozenset({"pyshacl"})


def _derived(before: Found) -> list[Quad] | None:
    """What rules added before, unless they read misspelt names as they were meant."""
    if before.derived is None or "terms" not in before.silent:
        return None
    return list(parse(before.derived.encode(), RdfFormat.N_QUADS))


def _stays(run: Run, earlier: Run, before: Found) -> Carried | None:
    """What SHACL need not find again."""
    if before.results is None or run.subject.engine not in _APART:
        return None
    # names that are misspelt were read as they were meant
    if "terms" in run.found and "terms" not in before.silent:
        return None
    return carried(before.results, earlier.subject, run.subject)


def _run_all(run: Run, earlier: Run, options: Options, progress: Callable[[str], None]) -> None:
    """Run the stages, and those of what there was earlier as far as they matter."""
    names = names_of(options)
    narrowed = False
    changed = _changed(earlier, run)
    for one in (earlier, run):
        one.subject = one.subject.looking_at(None if options.baseline else changed)
    for name in names:
        progress(name)
        if name in SCOPED and not (narrowed or options.baseline):
            _narrow(earlier, run, options)
            narrowed = True
        run.stage(name)
    run.finish(progress)
    is_clean = not (run.findings or any(True for _ in suppressions_in(run.subject)))
    if is_clean and run.subject.scope is None:
        # where nothing is found of all, it does not matter what was found before
        return
    if not is_clean:
        run.look_at_all()
    for name in [name for name in names if name not in SCOPED]:
        earlier.stage(name)
        if not is_clean and name in BY_FILE and earlier.subject.files is not None:
            same = (one for one in run.found.get(name, ()) if one.span.file not in changed)
            earlier.found.setdefault(name, []).extend(same)
    for name in [name for name in names if name in SCOPED]:
        earlier.stage(name)
    earlier.finish(progress)


def _changed(earlier: Run, run: Run) -> frozenset[str]:
    """The files that are not the same on both sides."""
    sides = [
        {document.path.as_posix(): document.turtle for document in one.subject.dataset.documents}
        for one in (earlier, run)
    ]
    names = sides[0].keys() | sides[1].keys()
    return frozenset(name for name in names if sides[0].get(name) is not sides[1].get(name))


def _narrow(earlier: Run, run: Run, options: Options) -> None:
    """Let the stages look at what is different only, when that can be told."""
    if options.engine not in _APART or options.profile.depends_on_place:
        return
    if any(map(_depends_on_place, (earlier, run))):
        return
    if not tell_alike(earlier.subject, run.subject):
        return
    scope = Scope.between(earlier.subject, run.subject)
    if scope is not None:
        for one in (earlier, run):
            one.subject = one.subject.within(scope)


def _depends_on_place(run: Run) -> bool:
    """Whether findings pass by where they stand, which may be elsewhere than it was."""
    return any(
        not is_told_of_a_file(name) for one in suppressions_in(run.subject) for name in one.rules
    )


def _rests_on_shapes(found: Found, old: Found) -> bool:
    """Whether something is new that may follow from what a shape finds which did not run."""
    before = {finding.fingerprint for finding in old.all}
    return any(may_follow(finding) and finding.fingerprint not in before for finding in found.all)


def _frees(run: Run, earlier: Run) -> bool:
    """Whether something is no longer found of which other findings, not looked for, followed."""
    now = {finding.fingerprint for finding in run.findings}
    gone = (finding for finding in earlier.findings if finding.fingerprint not in now)
    return any(not finding.name.startswith("format/") for finding in gone)
