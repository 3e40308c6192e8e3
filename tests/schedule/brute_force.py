"""The optimum of a few tasks by trying every order."""

from __future__ import annotations

from itertools import permutations


def shortest(tasks: dict[str, int], links: list[tuple], uses: list[tuple], units: dict[str, int]) -> int:
    """The optimum: all orders that keep the links, each task at the first period with room, use counted period by period."""
    best = 10**9
    for order in permutations(tasks):
        if any(order.index(first) > order.index(then) for first, then, *_ in links):
            continue
        at: dict[str, int] = {}
        for task in order:
            start = 0
            for first, then, kind, lag in links:
                if then == task:
                    from_ = at[first] + (tasks[first] if kind[0] == "F" else 0) + lag
                    start = max(start, from_ - (tasks[task] if kind[1] == "F" else 0))
            own = [(name, used) for who, name, used in uses if who == task]
            while any(_used(name, start + day, at, tasks, uses) + used > units[name] for name, used in own for day in range(tasks[task])):
                start += 1
            at[task] = start
        best = min(best, max((at[task] + tasks[task] for task in tasks), default=0))
    return best


def _used(name: str, period: int, at: dict[str, int], tasks: dict[str, int], uses: list[tuple]) -> int:
    return sum(used for who, resource, used in uses if resource == name and who in at and at[who] <= period < at[who] + tasks[who])
