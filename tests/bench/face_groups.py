"""How often pictures of one group of people fail, beside those of the others: counts, rates, exact intervals.

    scripts/bench face_groups --labels FILE --by COLUMN

For test sets only. The groups are what the labels say, and nothing here infers one. A picture is judged as a kept one
is; a film's first seconds are watched for liveness, with nothing asked, and everyone in it is taken for living.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2

from appliance.errors import QualityError
from appliance.installed_face_assessor import installed_face_assessor
from appliance.liveness.face.frame import FaceFrame
from appliance.liveness.face.together import face_hints
from appliance.liveness.face.watch import FaceWatch
from appliance.model.liveness import LivenessHints
from appliance.model.verdict import NOT_JUDGED, Verdict
from appliance.quality.portrait import PortraitAssessor
from drivers.transport.picture_file import PictureRefused, as_colour, decode_picture, read_bytes
from drivers.transport.video_file import VideoFile, looks_like_film
from tests.bench.exact_intervals import interval
from tests.bench.labelled_set import Labelled, labelled
from tests.bench.presentations.counter import MOST_S
from tests.bench.presentations.sight import Sight
from tests.bench.row import Row

LEAST: Final = 30
"""A smaller group is shown and not compared: with 30 and no failure, 11.6 % are still within the interval."""
NOT_JUDGED_AT_ALL: Final = "not judged"
ANY_LIMIT: Final = "a limit not met"
LIVENESS_ALARM: Final = "liveness: false alarm"
LIVENESS_SILENT: Final = "liveness: no score"
ALL: Final = "all"


@dataclass(slots=True)
class Group:
    """`failed`: by measure, how many; `of`: of how many pictures, or films."""

    pictures: int = 0
    films: int = 0
    failed: Counter[str] = field(default_factory=Counter)

    def of(self, measure: str) -> int:
        return self.films if measure in (LIVENESS_ALARM, LIVENESS_SILENT) else self.pictures


@dataclass(frozen=True, slots=True)
class Judges:
    """What looks at a picture, and at a film; apart, so that a test brings its own."""

    picture: Callable[[Path], Verdict]
    film: Callable[[Path], LivenessHints]


def counted(rows: Iterable[Labelled], judges: Judges) -> dict[str, Group]:
    """By group in the alphabet's order, and `ALL` of them last; what has no label is in none. Raises QualityError for a
    file that cannot be read.
    """
    found: dict[str, Group] = {}
    for row in rows:
        if not row.group:
            continue
        group = found.setdefault(row.group, Group())
        if looks_like_film(row.path):
            group.films += 1
            group.failed.update(_of_film(judges.film(row.path)))
        else:
            group.pictures += 1
            group.failed.update(_of_picture(judges.picture(row.path)))
    whole = Group()
    for group in found.values():
        whole.pictures += group.pictures
        whole.films += group.films
        whole.failed.update(group.failed)
    return {**{name: found[name] for name in sorted(found)}, ALL: whole}


def _of_picture(verdict: Verdict) -> Iterator[str]:
    if verdict.score == NOT_JUDGED:
        yield NOT_JUDGED_AT_ALL
    limits = {*verdict.reasons, *verdict.advice}
    if limits or verdict.score == NOT_JUDGED:
        yield ANY_LIMIT
    yield from limits


def _of_film(hints: LivenessHints) -> Iterator[str]:
    if hints.alarm:
        yield LIVENESS_ALARM
    if hints.score is None:
        yield LIVENESS_SILENT


def measures(groups: Mapping[str, Group]) -> list[str]:
    """Those that can be had of this set; of limits those that anybody failed."""
    whole = groups[ALL]
    first = [NOT_JUDGED_AT_ALL, ANY_LIMIT] if whole.pictures else []
    last = [LIVENESS_ALARM, LIVENESS_SILENT] if whole.films else []
    return [*first, *sorted(set(whole.failed) - {*first, *last}), *last]


def compared(groups: Mapping[str, Group], measure: str) -> str:
    """A sentence: whether two groups large enough differ beyond their intervals, which is more than chance would do."""
    shown = {name: one for name, one in groups.items() if name != ALL and one.of(measure) >= LEAST}
    if len(shown) < 2:
        return f"not compared: fewer than two groups of {LEAST}"
    spans = {name: interval(one.failed[measure], one.of(measure)) for name, one in shown.items()}
    least, most = min(spans, key=lambda name: spans[name][1]), max(spans, key=lambda name: spans[name][0])
    if spans[most][0] > spans[least][1]:
        return f"differs: {most} above {least}"
    return "no difference beyond the intervals"


def report(groups: Mapping[str, Group], by: str, unlabelled: int) -> str:
    """For a person."""
    lines = [
        f"By {by!r}, as the labels say. 95 % intervals (Clopper, Pearson), as if each file were of another person.",
        f"A group of fewer than {LEAST} is too small to be compared. Files without a label, left out: {unlabelled}.",
    ]
    for measure in measures(groups):
        lines.append(f"{measure}: {compared(groups, measure)}")
        for name, group in groups.items():
            failed, of = group.failed[measure], group.of(measure)
            if of:
                low, high = interval(failed, of)
                small = "" if of >= LEAST or name == ALL else "  too small"
                rates = f"{100 * failed / of:6.1f} %  {100 * low:5.1f}–{100 * high:5.1f} %"
                lines.append(f"    {name:<24}{failed:>6} of {of:<6}{rates}{small}")
    return "\n".join(lines) + "\n"


def labelled_rows(labels: Path, by: str) -> list[Row]:
    """Each group's rate beside that of all. Raises UsageError and QualityError."""
    listed = labelled(labels, by)
    cv2.setNumThreads(1)
    groups = counted(listed, _judges())
    sys.stderr.write(report(groups, by, sum(not one.group for one in listed)))
    return list(_table(groups))


def _table(groups: Mapping[str, Group]) -> Iterator[Row]:
    for measure in measures(groups):
        whole = groups[ALL]
        everyone = 100.0 * whole.failed[measure] / whole.of(measure)
        for name, group in groups.items():
            failed, of = group.failed[measure], group.of(measure)
            if name == ALL or not of:
                continue
            small = "" if of >= LEAST else ", too small"
            said = f"{measure}, {name}: {failed} of {of}{small}"
            yield Row(measure=said, ours=100.0 * failed / of, unit="%", against="all groups", peer=everyone)


def _judges() -> Judges:
    """Raises QualityError without the networks: the simpler measures are not what is asked about."""
    assessor = installed_face_assessor()
    if not isinstance(assessor, PortraitAssessor):
        raise QualityError(
            "The networks for faces are not installed: run 'claim-kiosk models install'.", code="model-missing"
        )

    def picture(path: Path) -> Verdict:
        with _naming(path):
            return assessor.assess(as_colour(decode_picture(read_bytes(path))))

    return Judges(picture, _watched)


def _watched(path: Path) -> LivenessHints:
    """Of the first seconds."""
    with _naming(path), closing(VideoFile(path)) as film:
        sight, watch = Sight(), FaceWatch()
        for number in range(max(1, int(min(film.duration_s, MOST_S) * film.fps))):
            at_s = number / film.fps
            watch = watch.after(sight(FaceFrame(film.at(at_s), at_s)))
    return face_hints(watch)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Raises QualityError with the refusal's own code."""
    try:
        yield
    except PictureRefused as refused:
        raise QualityError(f"{path}: {refused.sentence}.", code=refused.refusal.value) from refused
