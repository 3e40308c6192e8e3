"""Chance that belongs to a name: every task, project, person and risk has a stream of its own. Knows no distribution and keeps no state.

A stream is counter-based (Philox 4×64, Salmon et al. 2011): its key is a hash of the seed and the name, the counter is the trial, and a
draw goes through the inverse of the normal distribution, never through rejection. So what stands beside a task, in which order, in how
many trials, changes nothing of what the task draws, and a change of nothing changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]

RHO_PROJECT, RHO_PERSON = 0.2, 0.1
"""What tasks of one project, and tasks of one person, share of their variance."""

BLOCK = 4  # draws that one step of the counter makes


def uniforms(seed: int, kind: str, name: object, first: int, count: int) -> Array:
    """Draws `first` to `first + count` of one stream, strictly between 0 and 1. ValueError if `first` is no multiple of 4."""
    if first % BLOCK:
        raise ValueError(f"a stream is entered at a multiple of {BLOCK}, not at {first}")
    digest = blake2b(f"{seed}\0{kind}\0{name}".encode(), digest_size=16).digest()
    # A stream of raw numbers stays as it is in all versions of NumPy, one of a Generator does not.
    raw = np.random.Philox(key=int.from_bytes(digest, "little"), counter=first // BLOCK).random_raw(count)
    # Midpoints of 2⁵² equal cells: never 0 or 1, and as far from the one as from the other.
    return ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def normals(seed: int, kind: str, name: object, first: int, count: int) -> Array:
    """Standard normal draws of one stream, by the inverse distribution; |z| < 8.3."""
    drawn: Array = ndtri(uniforms(seed, kind, name, first, count))
    return drawn


@dataclass
class Copula:
    """Standard normal draws of tasks that share a project's and a person's luck, for trials `first` to `first + count`.

    z = √ρ_p·Z_project + √ρ_q·Z_person + √(1 − ρ_p − ρ_q)·ε (Gaussian copula). A task without project or person draws that share itself,
    so that every z has unit variance and no marginal moves. ValueError for shares below 0 or above 1 together.
    """

    seed: int
    first: int
    count: int
    rho_project: float = RHO_PROJECT
    rho_person: float = RHO_PERSON
    _shared: dict[tuple[str, object], Array] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.rho_project < 0 or self.rho_person < 0 or self.rho_project + self.rho_person > 1:
            raise ValueError(f"shares of variance {self.rho_project} and {self.rho_person}")

    def draws(self, task_id: object, project_id: object | None, person_id: object | None) -> Array:
        """One task's z for each trial."""
        drawn = normals(self.seed, "task", task_id, self.first, self.count)
        shares = [("project", project_id, self.rho_project), ("person", person_id, self.rho_person)]
        held = [(kind, name, rho) for kind, name, rho in shares if name is not None and rho > 0]
        drawn *= np.sqrt(max(1.0 - sum(rho for _, _, rho in held), 0.0))
        for kind, name, rho in held:
            drawn += np.sqrt(rho) * self._of(kind, name)
        return drawn

    def _of(self, kind: str, name: object) -> Array:
        if (kind, name) not in self._shared:
            self._shared[kind, name] = normals(self.seed, kind, name, self.first, self.count)
        return self._shared[kind, name]
