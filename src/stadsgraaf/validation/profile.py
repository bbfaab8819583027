"""A profile: how severe a rule is in which files, and which files count at all.

::

    # rules by name, IRI or pattern; the first pattern of files that fits counts
    severity:
      skos/orphan: violation
      label/*: info
      format/turtle:
        data/reference/**: off
        "**": warning
    exclude:
      - tests/**
    fail-on: warning
    baseline: known-findings.json
    since: latest                 # or a revision, a folder, a file

A mistake in it is an error that names the line: a rule that nobody knows would else be off forever.
"""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NoReturn

import yaml

from stadsgraaf.errors import BadConfiguration, NoSuchPath
from stadsgraaf.validation.finding import Finding, Severity
from stadsgraaf.validation.sources import is_excluded

__all__ = ["DEFAULT_NAME", "Profile", "is_told_of_a_file", "reading_profile"]

#: The profile that is used when it stands in the folder that is validated.
DEFAULT_NAME = ".stadsgraaf-validate.yaml"
OFF = "off"
_MEMBERS = ("severity", "exclude", "fail-on", "baseline", "since", "advanced")


#: Rules on what stands in a file, whatever the others say.
_OF_A_FILE = ("syntax/", "lexical/", "format/")


def is_told_of_a_file(rule: str) -> bool:
    """Whether a rule looks at each file by itself, so that what it finds stays in that file."""
    return rule.startswith(_OF_A_FILE)


@dataclass(frozen=True)
class _Setting:
    """What a profile says of a rule in some files; ``severity`` is None when the rule is off."""

    rule: str
    files: str
    severity: Severity | None
    line: int


@dataclass(frozen=True)
class Profile:
    """What a profile says.

    ``baseline`` is a path beside the profile, ``fail_on`` a severity, ``since`` the last release;
    ``advanced`` whether SHACL-AF is evaluated.
    """

    path: Path | None = None
    settings: tuple[_Setting, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: Severity | None = None
    baseline: Path | None = None
    since: str | None = None
    advanced: bool = False

    @classmethod
    def read(cls, path: Path) -> "Profile":
        """Read a profile. Raises NoSuchPath, and BadConfiguration for a mistake in it."""
        if not path.is_file():
            raise NoSuchPath(path=str(path))
        try:
            node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            reason = f"this is not YAML: {getattr(error, 'problem', error)}"
            raise BadConfiguration(file=str(path), line=line, reason=reason) from None
        return _Reader(path).read(node)

    @property
    def depends_on_place(self) -> bool:
        """Whether a rule is off in some files only, so that a finding passes by where it stands."""
        return any(
            one.severity is None and one.files != "**" and not is_told_of_a_file(one.rule)
            for one in self.settings
        )

    def apply(self, findings: Iterable[Finding], known: Iterable[str]) -> list[Finding]:
        """The findings with their severities in this profile, without those that are off.

        ``known`` are the names of all rules there are. Raises BadConfiguration for a rule that is
        not one of them.
        """
        self._check(set(known))
        return [told for finding in findings if (told := self._judged(finding)) is not None]

    def _judged(self, finding: Finding) -> Finding | None:
        for setting in self.settings:
            if any(fnmatchcase(name, setting.rule) for name in (finding.name, finding.rule)) and (
                setting.files == "**" or is_excluded(Path(finding.span.file), [setting.files])
            ):
                if setting.severity is None:
                    return None
                return replace(finding, severity=setting.severity)
        return finding

    def _check(self, known: set[str]) -> None:
        for setting in self.settings:
            # the rule of a part without IRI begins with the name of its shape
            part = any(setting.rule.startswith(f"{name}-") for name in known)
            if not part and not any(fnmatchcase(name, setting.rule) for name in known):
                near = difflib.get_close_matches(setting.rule, known, 1, 0.6)
                meant = f" Did you mean {near[0]}?" if near else ""
                reason = f"there is no rule {setting.rule}.{meant}"
                raise BadConfiguration(file=str(self.path), line=setting.line, reason=reason)


def reading_profile(named: Sequence[Path], paths: Sequence[Path]) -> Profile:
    """The profile to use: those named, the first one weighing most, else the one of the only folder.

    Raises NoSuchPath and BadConfiguration as ``Profile.read`` does.
    """
    if not named:
        default = paths[0] / DEFAULT_NAME
        return Profile.read(default) if len(paths) == 1 and default.is_file() else Profile()
    found = [Profile.read(path) for path in named]
    return Profile(
        path=found[0].path,
        settings=tuple(setting for one in found for setting in one.settings),
        exclude=tuple(pattern for one in found for pattern in one.exclude),
        fail_on=next((one.fail_on for one in found if one.fail_on), None),
        baseline=next((one.baseline for one in found if one.baseline), None),
        since=next((one.since for one in found if one.since), None),
        advanced=any(one.advanced for one in found),
    )


class _Reader:
    """Reads a profile from YAML nodes, which know their lines."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, node: Any) -> Profile:
        members = dict(self._pairs(node)) if node is not None else {}
        found: dict[str, Any] = {}
        for (name, line), value in members.items():
            if name not in _MEMBERS:
                self._fail(line, f"there is no “{name}” in a profile, only {', '.join(_MEMBERS)}")
            found[name] = value
        baseline = found.get("baseline")
        return Profile(
            path=self._path,
            settings=tuple(self._settings(found.get("severity"))),
            exclude=tuple(self._texts(found.get("exclude"))),
            fail_on=self._severity(found["fail-on"]) if "fail-on" in found else None,
            baseline=self._path.parent / self._text(baseline) if baseline is not None else None,
            since=self._text(found["since"]) if "since" in found else None,
            advanced="advanced" in found and self._truth(found["advanced"]),
        )

    def _settings(self, node: Any) -> Iterator[_Setting]:
        if node is None:
            return
        for (rule, line), value in self._pairs(node):
            if isinstance(value, yaml.MappingNode):
                for (files, at), severity in self._pairs(value):
                    yield _Setting(rule, files, self._severity(severity, off=True), at)
            else:
                yield _Setting(rule, "**", self._severity(value, off=True), line)

    def _severity(self, node: Any, *, off: bool = False) -> Severity | None:
        text = self._text(node)
        # YAML 1.1 reads off and no as false
        if off and text in {OFF, "false", "no"}:
            return None
        try:
            return Severity(text)
        except ValueError:
            words = ", ".join([*Severity, *([OFF] if off else [])])
            self._fail(_line(node), f"“{text}” is no severity: there are {words}")

    def _pairs(self, node: Any) -> Iterator[tuple[tuple[str, int], Any]]:
        if not isinstance(node, yaml.MappingNode):
            self._fail(_line(node), "a mapping is needed here: “name: value”")
        for key, value in node.value:
            yield (self._text(key), _line(key)), value

    def _truth(self, node: Any) -> bool:
        text = self._text(node)
        if text not in {"true", "false"}:
            self._fail(_line(node), f"“{text}” is neither true nor false")
        return text == "true"

    def _texts(self, node: Any) -> Iterator[str]:
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            self._fail(_line(node), "a list is needed here: “- pattern”")
        yield from map(self._text, node.value)

    def _text(self, node: Any) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._fail(_line(node), "a word is needed here")
        return str(node.value)

    def _fail(self, line: int, reason: str) -> NoReturn:
        raise BadConfiguration(file=str(self._path), line=line, reason=reason)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
