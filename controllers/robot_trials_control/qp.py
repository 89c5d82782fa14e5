"""The whole-body quadratic program: fixed layout, preallocated, filled in place and solved by daqp."""

from __future__ import annotations

import math

import numpy as np
from daqp import solve as daqp_solve

EQUALITY, INEQUALITY = 5, 0
"""daqp's marks of a constraint."""
UNBOUNDED = 1e30
CONE_ROWS = 16


class WholeBodyQp:
    """min ½ xᵀHx + fᵀx over x = [contact wrenches (6k), accelerations (nv)] for k feet on the ground.

    Constraint rows: dynamics (6 equalities of the base, nu torque bounds), 6k equalities that keep the feet still,
    16k rows of the wrench cones; simple bounds on x come first in `lower` and `upper`.

    Attributes:
        hessian, gradient: cost, shapes (n, n) and (n,).
        wrench_diagonal, acceleration_diagonal: views on the diagonal of `hessian`.
        matrix: constraint matrix, shape (m, n).
        lower, upper: bounds, shape (n + m,).
        solution: last feasible solution, shape (n,).
        exit_flag: daqp's word on the last solve; 1 is solved.
    """

    def __init__(self, nv: int, contacts: int, cone: np.ndarray) -> None:
        self.contacts, self.wrench_size = contacts, 6 * contacts
        self.size = self.wrench_size + nv
        self.first_stance = nv
        self.first_cone = nv + 6 * contacts
        rows = self.first_cone + CONE_ROWS * contacts
        self.hessian = np.zeros((self.size, self.size))
        self.wrench_diagonal = np.einsum("ii->i", self.hessian)[: self.wrench_size]
        self.acceleration_diagonal = np.einsum("ii->i", self.hessian)[self.wrench_size :]
        self.gradient = np.zeros(self.size)
        self.matrix = np.zeros((rows, self.size))
        self.upper = np.full(self.size + rows, UNBOUNDED)
        self.lower = np.full(self.size + rows, -UNBOUNDED)
        self.sense = np.full(self.size + rows, INEQUALITY, dtype=np.intc)
        self.solution = np.zeros(self.size)
        self.exit_flag = 0
        self._mark_constant_parts(nv, cone)

    def _mark_constant_parts(self, nv: int, cone: np.ndarray) -> None:
        offset = self.size
        self.sense[offset : offset + 6] = EQUALITY
        self.sense[offset + self.first_stance : offset + self.first_cone] = EQUALITY
        for i in range(self.contacts):
            start = self.first_cone + CONE_ROWS * i
            self.matrix[start : start + CONE_ROWS, 6 * i : 6 * i + 6] = cone
        self.upper[offset + self.first_cone :] = 0.0

    def solve(self) -> bool:
        """Solve; on success `solution` is replaced, otherwise it keeps the last feasible one."""
        x, _, self.exit_flag, _ = daqp_solve(
            self.hessian, self.gradient, self.matrix, self.upper, self.lower, self.sense, eps_prox=0.0
        )
        if self.exit_flag != 1 or not math.isfinite(x.sum()):
            return False
        self.solution[:] = x
        return True
