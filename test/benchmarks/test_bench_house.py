"""What `./run bench house` counts."""

from __future__ import annotations

import ast

import pytest

from benchmarks.house_counts import find_circles, list_long_files, list_long_functions, measure
from benchmarks.house_names import compile_words, list_namings


def write(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    "text", ["torch", "the torches", "torch_mass", "TorchMass", "HangingTorch", "TORCH_MASS", "on_torch", '"torch"']
)
def test_a_word_is_found_wherever_it_is_part_of_a_name(text):
    assert compile_words(("relay", "torch")).search(text)


@pytest.mark.parametrize("text", ["torchlight", "retorch", "scorched"])
def test_a_word_inside_another_is_not(text):
    assert not compile_words(("torch",)).search(text)


def test_a_kind_may_be_named_in_its_own_folder_only(tmp_path):
    files = {
        "robot_trials/kinds/relay/kind.py": "torch = 1\n",
        "robot_trials/kinds/patrol/kind.py": "a = 1\nrelay = 2\n",
        "robot_trials/review/page/document.py": "x = 1\n\npatrol_route = 2\n",
        "robot_trials/review/torch.py": "",
        "launch/robot.py": "# a giver\n# and a receiver\n",
        "controllers/robot_trials_control/walking/gait.py": "walk = 1\n",
    }
    found = {(naming.file, naming.kind): naming.lines for naming in list_namings(write(tmp_path, files))}
    assert found == {
        ("robot_trials/kinds/patrol/kind.py", "relay"): [2],
        ("robot_trials/review/page/document.py", "patrol"): [3],
        ("robot_trials/review/torch.py", "relay"): [1],
        ("launch/robot.py", "relay"): [1, 2],
    }


def test_a_circle_by_way_of_another_module_is_found(tmp_path):
    files = {
        "house/__init__.py": "",
        "house/a.py": "from house import b\n",
        "house/b.py": "def later():\n    from house.c import thing\n",
        "house/c.py": "import house.a\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house import d\n",
        "house/d.py": "from house import c\n",
    }
    assert find_circles(write(tmp_path, files), {"house": ""}) == [["house.a", "house.b", "house.c"]]


def test_signature_and_docstring_do_not_count():
    text = 'def f(\n    a,\n    b,\n):\n    """One.\n\n    Two.\n    """\n    x = 1\n\n    return x\n'
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef) and measure(function) == 3


def test_long_files_and_functions_are_named_with_their_lengths(tmp_path):
    body = "    x = 1\n" * 41
    root = write(tmp_path, {"long.py": "x = 1\n" * 301, "short.py": "x = 1\n" * 300, "body.py": f"def f():\n{body}"})
    files = sorted(root.glob("*.py"))
    assert list_long_files(root, files) == ["long.py: 301 lines"]
    assert list_long_functions(root, files) == ["body.py:1: f has 41 lines"]
