"""The whole-body quadratic program: fixed layout, preallocated, filled in place and solved by daqp."""

from __future__ import annotations

import numpy as np
from daqp import solve as daqp_solve

UNBOUNDED = 1e30
CONE_ROWS = 16
WRENCH_SIZE = 6


class WholeBodyQp:
    """min ½ yᵀHy + fᵀy over y = [joint accelerations (nu), wrench of the second foot (6, on two feet only)].

    Constraint rows: nu torques, the first foot's normal force, 16 of the first foot's wrench cone, 16 of the second's.
    Simple bounds on y come first in `lower` and `upper`. There are no equalities.

    Attributes:
        hessian, gradient: cost, shapes (n, n) and (n,).
        matrix: constraint matrix, shape (m, n).
        lower, upper: bounds, shape (n + m,).
        normal_row, cone_row: rows of `matrix` with the first foot's normal force, and with its cone from there on.
        arrays: the five of them.
        solution: last solution, shape (n,).
        exit_flag: daqp's word on the last solve; 1 is solved.
    """

    def __init__(self, nu: int, feet: int, cone: np.ndarray) -> None:
        self.size = nu + WRENCH_SIZE * (feet - 1)
        self.normal_row, self.cone_row = nu, nu + 1
        rows = self.cone_row + CONE_ROWS * feet
        self.hessian, self.gradient = np.zeros((self.size, self.size)), np.zeros(self.size)
        self.matrix = np.zeros((rows, self.size))
        if feet == 2:
            self.matrix[self.cone_row + CONE_ROWS :, nu:] = cone
        self.upper = np.full(self.size + rows, UNBOUNDED)
        self.lower = np.full(self.size + rows, -UNBOUNDED)
        self.upper[self.size + self.cone_row :] = 0.0
        self.arrays = (self.hessian, self.gradient, self.matrix, self.lower, self.upper)
        self.sense = np.zeros(self.size + rows, dtype=np.intc)
        self.solution = np.zeros(self.size)
        self.exit_flag = 0

    def solve(self) -> bool:
        """Solve; on success `solution` is replaced, otherwise it keeps the last one."""
        x, _, self.exit_flag, _ = daqp_solve(
            self.hessian, self.gradient, self.matrix, self.upper, self.lower, self.sense, eps_prox=0.0
        )
        if self.exit_flag != 1:
            return False
        self.solution = x
        return True
