"""Which small changes of the code there are to make, by the operators of cosmic-ray."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

SWAPS = {
    "Binary": ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "BitOr_BitAnd", "BitAnd_BitOr"),
    "Comparison": (
        *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
        *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
    ),
    "Unary": ("USub_UAdd", "Delete_Not", "Delete_Invert"),
}
OTHERS = (
    *("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "NumberReplacer", "ZeroIterationForLoop"),
)
OPERATORS = tuple(f"Replace{kind}Operator_{swap}" for kind, swaps in SWAPS.items() for swap in swaps) + OTHERS
"""Mistakes that a person could make. Those that only break the syntax of numbers (`+` for `<<`) would be noticed by
anything, and a decorator's removal is none where it compiles."""

Position = tuple[int, int]
"""Line, counted from 1, and column, counted from 0."""


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes:
        file: below the checkout, with `/`.
        operator: of cosmic-ray.
        occurrence: which of the places in the file where the operator applies.
        line: in the file.
    """

    file: str
    operator: str
    occurrence: int
    line: int


def list_mutants(root: Path, files: Sequence[Path]) -> list[Mutant]:
    """Every change of some files, in a fixed order.

    Args:
        root: of the checkout.
        files: Python sources below it.
    """
    return [mutant for file in files for mutant in _list_in(file.relative_to(root).as_posix(), file)]


def _list_in(name: str, file: Path) -> Iterator[Mutant]:
    """Changes of one file, without those of annotations, which nothing reads."""
    text = file.read_text(encoding="utf-8")
    nodes, unread, provider = list(ast_nodes(get_ast(text))), list(_find_annotations(text)), OperatorProvider()
    for name_of_operator in OPERATORS:
        operator = provider[name_of_operator]()
        places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for occurrence, start in enumerate(places):
            if not any(first <= start < last for first, last in unread):
                yield Mutant(name, name_of_operator, occurrence, start[0])


def _find_annotations(text: str) -> Iterator[tuple[Position, Position]]:
    """From and until where each annotation goes."""
    for node in ast.walk(ast.parse(text)):
        for name in ("annotation", "returns"):
            found = getattr(node, name, None)
            if isinstance(found, ast.expr):
                assert found.end_lineno is not None and found.end_col_offset is not None
                yield (found.lineno, found.col_offset), (found.end_lineno, found.end_col_offset)


def apply_mutant(root: Path, mutant: Mutant) -> tuple[str, str]:
    """A file's text with a change, and the change.

    Returns:
        The new text, and `old line → new line`.
    """
    text = (root / mutant.file).read_text(encoding="utf-8")
    changed = mutate_code(text, OperatorProvider()[mutant.operator](), mutant.occurrence)
    return changed, describe_change(text, changed)


def describe_change(before: str, after: str) -> str:
    """`old → new`, of the lines in which two texts differ, without the blanks around them."""
    told = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:2] in ("- ", "+ ")]
    old, new = (" ".join(line[2:].strip() for line in told if line[0] == sign) for sign in "-+")
    return " ".join(f"{old} → {new}".split())
