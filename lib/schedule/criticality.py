"""Which tasks decide the finishes, trial by trial. Reads passes and counts; draws nothing.

Forward: from a project's finish back along the links that drive, over calendars and sequences, into other projects too. Backward: by late
finishes against each project's own finish; a task counts when it has no working time to spare. Over several calendars the two differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lib.schedule.lookup import Ticks
from lib.schedule.model import Model
from lib.schedule.trials import Pass

BITS = 64

Counts = dict[tuple[int, int], int]


def driving_counts(model: Model, trials: Pass) -> Counts:
    """In how many trials a task is on a driving chain of a project's finish, by (project, task); pairs without a trial are left out."""
    going = sorted(set(model.projects))
    found: Counts = {}
    for first in range(0, len(going), BITS):
        bits = {project: np.uint64(1 << place) for place, project in enumerate(going[first : first + BITS])}
        on_chain = _chains(model, trials, bits)
        for task, held in enumerate(on_chain):
            some = np.bitwise_or.reduce(held)
            for project, bit in bits.items():
                if some & bit:
                    found[project, task] = int(np.count_nonzero(held & bit))
    return found


def without_float(model: Model, trials: Pass) -> NDArray[np.int64]:
    """In how many trials each task could not finish later without its project, or one that waits for it, finishing later."""
    last = _last(model, trials)
    latest = np.stack([last[project] for project in model.projects]) if model.projects else np.empty((0, trials.count), np.int64)
    counts = np.zeros(len(model.task_ids), np.int64)
    for task in reversed(model.order):
        calendar, work = model.calendars[task], trials.work[task]
        late, early = latest[task], trials.finish[task]
        if task in trials.delays:
            late = model.project_calendars[model.projects[task]].start(late, trials.delays[task])
            early = trials.undelayed[task]
        counts[task] = np.count_nonzero(calendar.work_before(late) <= calendar.work_before(early))
        start = calendar.start(late, work) if work.any() else late
        for bound in model.before[task]:
            end = bound.back(late if bound.to_finish else start)
            if not bound.from_finish:
                end = _finish_from(model, trials, bound.other, end)
            np.minimum(latest[bound.other], end, out=latest[bound.other])
    return counts


def _chains(model: Model, trials: Pass, bits: dict[int, np.uint64]) -> NDArray[np.uint64]:
    """A bit for each project on whose chain the task lies (task, trial)."""
    last = _last(model, trials)
    on_chain = np.zeros((len(trials.finish), trials.count), np.uint64)
    for task, project in enumerate(model.projects):
        if project in bits:
            on_chain[task] = np.where(trials.finish[task] >= last[project], bits[project], np.uint64(0))
    for task in reversed(model.order):
        held = on_chain[task]
        if not model.before[task] or not held.any():
            continue
        done = trials.undelayed.get(task, trials.finish[task])
        # An instant in the gap before its start lets a task begin no later than the start itself.
        opens = model.calendars[task].previous_working(trials.start[task]) if trials.work[task].any() else trials.start[task]
        for bound in model.before[task]:
            at = bound.of((trials.finish if bound.from_finish else trials.start)[bound.other])
            on_chain[bound.other] |= np.where(at >= (done if bound.to_finish else opens), held, np.uint64(0))
    return on_chain


def _last(model: Model, trials: Pass) -> dict[int, Ticks]:
    """The latest finish of each project's open tasks."""
    last: dict[int, Ticks] = {}
    for task, project in enumerate(model.projects):
        last[project] = np.maximum(last[project], trials.finish[task]) if project in last else trials.finish[task].copy()
    return last


def _finish_from(model: Model, trials: Pass, task: int, start: Ticks) -> Ticks:
    """When a task that starts then is finished, with its delay."""
    finish = model.calendars[task].finish(start, trials.work[task]) if trials.work[task].any() else start
    return model.project_calendars[model.projects[task]].finish(finish, trials.delays[task]) if task in trials.delays else finish
