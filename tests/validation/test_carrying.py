"""What shapes found before a change and need not find again: with the rest it is what all find."""

import random
from pathlib import Path

from test_shacl import PREFIXES, SHAPES, data

from stadsgraaf.validation import gather
from stadsgraaf.validation.carrying import carried
from stadsgraaf.validation.results import Result
from stadsgraaf.validation.scope import share_derived
from stadsgraaf.validation.stages import Subject
from stadsgraaf.validation.stages.shapes import shapes

#: Without what no engine can compare with a blank node.
SHAPED = SHAPES.replace(
    "sh:severity sh:Warning ;\n    sh:lessThan ex:r .", "sh:severity sh:Warning ."
)
LINES = [
    "ex:n3 ex:p ex:n4 .",
    "ex:n1 ex:q ex:n10 . ex:n10 ex:r 3 .",
    "ex:n11 a ex:B .",
    "ex:n5 ex:q [ ex:r 7 ; a ex:B ] .",
    'ex:n9 rdfs:label "a"@nl , "g"@nl .',
    "ex:n2 ex:other 4 .",
    "",
]


def results_of(subject: Subject) -> set[Result]:
    told = [finding for finding in shapes(subject) if finding is not None]
    (outcome,) = subject.outcomes
    assert len(told) == len(outcome.results)
    assert not outcome.faults
    return set(outcome.results)


def sides(place: Path, seed: int) -> tuple[Subject, Subject]:
    """A dataset before and after a change of some lines."""
    chance = random.Random(seed)
    lines = data(seed).replace("ex:n6", "_:six").split("\n")
    kept = data(seed + 100).replace("ex:n", "ex:m").replace("ex:m3", "[]")
    (place / "kept.ttl").write_text(kept if seed % 2 else PREFIXES)
    (place / "shapes.ttl").write_text(SHAPED)
    (place / "data.ttl").write_text("\n".join(lines))
    before = gather([place]).dataset
    for _ in range(chance.choice([0, 1, 3])):
        lines[chance.randrange(PREFIXES.count("\n") + 1, len(lines))] = chance.choice(LINES)
    (place / "data.ttl").write_text("\n".join(lines))
    same = {one.path: one for one in before.documents if one.path.name != "data.ttl"}
    after = gather([place], known=same).dataset
    share_derived(before, after)
    found = Subject(before), Subject(after)
    found[0].share_shapes(found[1])
    return found


def test_what_stays_with_what_is_found_anew_is_all(tmp_path: Path) -> None:
    gone = stayed = unknown = 0
    for seed in range(10):
        before, after = sides(tmp_path, seed)
        old, new = results_of(before), results_of(after)
        stays = carried(list(old), before, after)
        if stays is None:
            unknown += 1
            continue
        after.outcomes.clear()
        assert results_of(after.within(None, stays)) == new, seed
        gone += bool(old - new)
        stayed += bool(stays.results)
    # in most cases something stays, and in some something goes
    assert unknown < stayed
    assert gone > 1
