"""The documentation keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SOURCES = [file for folder in ("controllers", "robot_trials") for file in (ROOT / folder).rglob("*.py")]
CITATION = re.compile(r"\[([A-Z][A-Za-z]+(?:19|20)\d\d[a-z]?)\]")


def test_every_citation_is_listed() -> None:
    listed = set(CITATION.findall((DOCS / "references.md").read_text()))
    cited = {(key, file.name) for file in SOURCES for key in CITATION.findall(file.read_text())}
    assert {(key, name) for key, name in cited if key not in listed} == set()


def test_every_reference_is_cited() -> None:
    cited = {key for file in SOURCES for key in CITATION.findall(file.read_text())}
    assert set(CITATION.findall((DOCS / "references.md").read_text())) - cited == set()


@pytest.mark.parametrize("page", sorted(page.name for page in DOCS.glob("*.md")))
def test_links_lead_somewhere_and_the_index_knows_the_page(page: str) -> None:
    text = (DOCS / page).read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (DOCS / target).exists(), f"{page} links to {target}"
    if page != "README.md":
        assert f"]({page})" in (DOCS / "README.md").read_text()
