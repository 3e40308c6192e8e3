"""How much work misses its deadline when the most urgent goes first, for many people at once. Whole numbers only; it knows no frame.

Preemptive scheduling by earliest due date places as much work as any schedule can (Horn 1974), so what is left over is Σ work − maximum
flow from jobs to days: Hall's condition in numbers, the greatest Σ (demand − capacity) over disjoint intervals. That is what is computed.
With jobs ordered by due date, `deficit[a]` is the most by which disjoint intervals up to the present due date are exceeded of which the
last begins at release a; a job adds its work to every a up to its own release, and what the greatest deficit grows by is what a schedule
that goes day by day drops of that job at its due. Each step serves one job of every person, so the loop is as long as the longest list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_NONE, _FAR = -(2**61), 2**61


@dataclass(frozen=True, eq=False)
class Windows:
    """The interval of greatest demand − capacity of each of `people`: its first and last day, and both sums."""

    people: Ints
    first: Ints
    last: Ints
    demand: Ints
    capacity: Ints


@dataclass(frozen=True, eq=False)
class Deadlines:
    """Jobs with what people can do, day by day. Days count from 0; `units` is work in any whole unit.

    `person`, `release`, `due`, `units`: one element a job, in any order; jobs of one person and due are served in the order given. Both
    days count whole. `worked_by`, `day`, `capacity`: what a person can do on a day; several rows of a day add up, a day without one has
    none. `people`: how many there are, numbered from 0.
    """

    people: int
    person: Ints
    release: Ints
    due: Ints
    units: Ints
    worked_by: Ints
    day: Ints
    capacity: Ints

    def missed(self) -> Ints:
        """Units of each job that cannot be done by its due; all of them where the release comes after it."""
        jobs = self._jobs
        hopeless = jobs.release > jobs.due
        left = np.where(hopeless, jobs.units, 0)
        for block in self._blocks(np.arange(self.people)):
            highest = block.sweep(np.where(hopeless, 0, jobs.units), block.entry_before, unite=True)
            left[block.jobs] += np.diff(highest, axis=0, prepend=0)[block.place]
        given = np.empty_like(left)
        given[jobs.order] = left
        return given

    def windows(self, people: Ints) -> Windows:
        """Where the demand of each of `people`, who have jobs, exceeds their capacity most: the shortest such interval, then the earliest.

        It begins with a release and ends with a due day. A job whose release comes after its due counts on its due day.
        """
        found = [block.window() for block in self._blocks(people)]
        if not found:
            return Windows(*(np.zeros(0, np.int64) for _ in range(5)))
        order = np.argsort(np.concatenate([window.people for window in found]))
        columns = zip(*((w.people, w.first, w.last, w.demand, w.capacity) for w in found), strict=True)
        return Windows(*(np.concatenate(column)[order] for column in columns))

    @cached_property
    def _span(self) -> int:
        """More than any day that is asked about."""
        return int(self.due.max(initial=0)) + 2

    @cached_property
    def _jobs(self) -> _Jobs:
        count = len(self.person)
        order = np.argsort((self.person * self._span + self.due) * count + np.arange(count))  # keys differ: as good as stable, and quick
        person = self.person[order]
        starts = np.searchsorted(person, np.arange(self.people + 1))
        return _Jobs(order, person, self.release[order], self.due[order], self.units[order], starts)

    @cached_property
    def _entries(self) -> _Entries:
        """The days on which work of a person is released, each once, in order of person and day."""
        jobs = self._jobs
        keys = jobs.person * self._span + np.minimum(jobs.release, jobs.due)
        order = np.argsort(keys)
        new = np.diff(keys[order], prepend=-1) > 0
        entry_of = np.empty(len(keys), np.int64)
        entry_of[order] = np.cumsum(new) - 1
        distinct = keys[order][new]
        person, day = np.divmod(distinct, self._span)
        step = np.searchsorted(jobs.person * self._span + jobs.due, distinct) - jobs.starts[person]
        starts = np.searchsorted(person, np.arange(self.people + 1))
        return _Entries(entry_of, person, day, step, starts)

    @cached_property
    def _before(self) -> tuple[Ints, Ints]:
        """What each person can do before a release, and by the close of a due day."""
        day = np.minimum(self.day, self._span)
        known = np.bincount(day, minlength=self._span + 1) > 0
        earlier = np.concatenate(([0], np.cumsum(known)))  # how many days with rows there are before a day
        days = int(earlier[-1])
        places = self.worked_by * (days + 1)
        places += earlier[day]
        places += 1
        total = np.bincount(places, self.capacity, self.people * (days + 1))  # sums are far below 2^53, so floats are exact
        np.cumsum(total.reshape(self.people, days + 1), axis=1, out=total.reshape(self.people, days + 1))
        jobs, entries = self._jobs, self._entries
        at_release = total.take(entries.person * (days + 1) + earlier.take(entries.day))
        at_due = total.take(jobs.person * (days + 1) + earlier.take(jobs.due + 1))
        return at_release.astype(np.int64), at_due.astype(np.int64)

    def _blocks(self, people: Ints) -> Iterator[_Block]:
        """`people` who have jobs, with those of about as many jobs, so that little of a block stands empty."""
        counts = np.diff(self._jobs.starts)
        people = people[counts[people] > 0]
        size = np.frexp(counts[people])[1] // 2
        for each in np.unique(size):
            yield _Block.of(self, people[size == each])


@dataclass(frozen=True, eq=False)
class _Jobs:
    """Jobs in order of person and due; `order`: where each stood, `starts`: where each person's begin."""

    order: Ints
    person: Ints
    release: Ints
    due: Ints
    units: Ints
    starts: Ints


@dataclass(frozen=True, eq=False)
class _Entries:
    """Distinct releases in order of person and day; `of_job`: that of each job, `step`: how many jobs are due before it."""

    of_job: Ints
    person: Ints
    day: Ints
    step: Ints
    starts: Ints


@dataclass(frozen=True, eq=False)
class _Block:
    """Some people side by side: a column each, jobs and releases from above.

    `jobs`, `place`: jobs and their (row, column); `rank`: the row of each job's release; `entries`, `entry_place`: releases and their
    (row, column); `entry_before`: what can be done before them; `by_due`: what can be done by each job's due.
    """

    people: Ints
    work: Deadlines
    jobs: Ints
    place: tuple[Ints, Ints]
    rank: Ints
    entries: Ints
    entry_place: tuple[Ints, Ints]
    entry_before: Ints
    by_due: Ints

    @classmethod
    def of(cls, work: Deadlines, people: Ints) -> _Block:
        all_jobs, all_entries = work._jobs, work._entries
        at_release, at_due = work._before
        jobs, row, column = _members(all_jobs.starts, people)
        entries, entry_row, entry_column = _members(all_entries.starts, people)
        rank = np.full((row.max() + 1, len(people)), -1)
        rank[row, column] = all_entries.of_job[jobs] - all_entries.starts[people][column]
        by_due = np.full(rank.shape, _FAR)
        by_due[row, column] = at_due[jobs]
        return cls(people, work, jobs, (row, column), rank, entries, (entry_row, entry_column), at_release[entries], by_due)

    def sweep(self, units: Ints, begin: Ints, unite: bool) -> Ints:
        """The highest deficit after each job (row) of each person (column), `begin` being what a release enters with.

        With `unite` a release enters with the deficit of the intervals before it, and none is below the one before.
        """
        amounts = np.zeros(self.rank.shape, np.int64)
        amounts[self.place] = units[self.jobs]
        row, column = self.entry_place
        step = self.work._entries.step[self.entries]
        order = np.argsort(step)
        bounds = np.searchsorted(step[order], np.arange(len(amounts) + 1))
        flat, column, begin, deepest = (row * len(self.people) + column)[order], column[order], begin[order], row[order]
        deficits = np.full((int(row.max()) + 1, len(self.people)), _NONE)
        level, index = deficits.ravel(), np.arange(len(deficits))[:, None]
        covered, added = np.empty(deficits.shape, bool), np.empty_like(deficits)
        highest = np.empty_like(amounts)
        current, rows = np.zeros(len(self.people), np.int64), 0
        for job, (amount, rank) in enumerate(zip(amounts, self.rank, strict=True)):
            low, high = bounds[job], bounds[job + 1]
            if high > low:
                entering = column[low:high]
                level[flat[low:high]] = begin[low:high] + current[entering] if unite else begin[low:high]
                rows = max(rows, int(deepest[low:high].max()) + 1)
            np.less_equal(index[:rows], rank, out=covered[:rows])
            np.multiply(covered[:rows], amount, out=added[:rows])
            np.add(deficits[:rows], added[:rows], out=deficits[:rows])
            np.max(deficits[:rows], axis=0, out=highest[job])
            if unite:
                highest[job] -= self.by_due[job]
                np.maximum(highest[job], current, out=highest[job])
                current = highest[job]
        return highest

    def window(self) -> Windows:
        """The window of each person. The row of a release is carried in the lowest bits, so that the later, shorter one wins a tie."""
        bits = int(self.entry_place[0].max()).bit_length()
        size = self._size(bits)
        scaled = (self.entry_before // size << bits) + self.entry_place[0]
        highest = self.sweep(self.work._jobs.units // size << bits, scaled, unite=False)
        reached, row = highest >> bits, highest & ((1 << bits) - 1)
        excess = np.where(self.by_due < _FAR, reached * size - self.by_due, -_FAR)
        starts = self.work._entries.starts[self.people]
        first = self.work._entries.day[np.minimum(starts + row, len(self.work._entries.day) - 1)]
        last = np.zeros_like(first)
        last[self.place] = self.work._jobs.due[self.jobs]
        most = excess.max(axis=0)
        length_then_first = np.where(excess == most, (last - first) * self.work._span + first, _FAR)
        job, person = length_then_first.argmin(axis=0), np.arange(len(self.people))
        entry = starts + row[job, person]
        capacity = self.by_due[job, person] - self.work._before[0][entry]
        return Windows(self.people, first[job, person], last[job, person], most + capacity, capacity)

    def _size(self, bits: int) -> int:
        """How many units are counted as one, so that the greatest demand has `bits` to spare: 1, or as many as divide all of them."""
        units = self.work._jobs.units[self.jobs]
        most = int(units.sum()) + int(self.entry_before.max())
        if most.bit_length() + bits <= 61:
            return 1
        common = int(np.gcd.reduce(np.concatenate((units, self.entry_before, self.by_due[self.place]))))
        return max(common, 1 << max(0, most.bit_length() + bits - 61))  # the second only where no other will do: windows are then close


def _members(starts: Ints, people: Ints) -> tuple[Ints, Ints, Ints]:
    """The elements that belong to each of `people`, with their row (which of the person's) and column (whose)."""
    counts = starts[people + 1] - starts[people]
    column = np.repeat(np.arange(len(people)), counts)
    row = np.arange(len(column)) - np.repeat(np.cumsum(counts) - counts, counts)
    return starts[people][column] + row, row, column
