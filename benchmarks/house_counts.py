"""Import circles, long files and long functions of a checkout, read from its text: nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40
"""Bounds on lines; a function's signature and docstring do not count."""


def list_long_files(root: Path, files: Sequence[Path]) -> list[str]:
    """Files with too many lines, longest first."""
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    long = sorted((file for file in files if lengths[file] > FILE_LINES_MAX), key=lambda file: -lengths[file])
    return [f"{file.relative_to(root).as_posix()}: {lengths[file]} lines" for file in long]


def list_long_functions(root: Path, files: Sequence[Path]) -> list[str]:
    """Functions with too many lines."""
    found = []
    for file in files:
        nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for node in (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            if (length := measure(node)) > FUNCTION_LINES_MAX:
                found.append(f"{file.relative_to(root).as_posix()}:{node.lineno}: {node.name} has {length} lines")
    return found


def measure(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body from its first statement to its last, the docstring left out."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    if not body:
        return 0
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1


def find_circles(root: Path, packages: Mapping[str, str]) -> list[list[str]]:
    """Modules that import each other in a circle, directly or by way of others.

    Imports inside functions count, those for the type checker alone do not.

    Args:
        root: of a checkout.
        packages: folder of each package → the part of it that is not in the modules' names.
    """
    files = {
        _name(file.relative_to(root / base)): file
        for package, base in packages.items()
        for file in sorted((root / package).rglob("*.py"))
    }
    arrows = {name: sorted(_list_imports(name, file, files)) for name, file in files.items()}
    return [sorted(circle) for circle in _find_components(arrows) if len(circle) > 1]


def _name(file: Path) -> str:
    """Dotted name of a module."""
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _list_imports(name: str, file: Path, known: Mapping[str, Path]) -> set[str]:
    """Modules of the checkout that one imports."""
    found = set()
    for node in _walk_running(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {module if module in known else node.module for module in whole}
    return (found & set(known)) - {name}


def _walk_running(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _walk_running(child)


def _find_components(arrows: Mapping[str, Sequence[str]]) -> list[set[str]]:
    """Groups of modules each of which reaches every other [Tarjan1972]."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[set[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for target in arrows[name]:
            if target not in order:
                visit(target)
            if target in stack:
                low[name] = min(low[name], low[target])
        if low[name] == order[name]:
            group = set(stack[stack.index(name) :])
            del stack[stack.index(name) :]
            groups.append(group)

    for name in arrows:
        if name not in order:
            visit(name)
    return groups
