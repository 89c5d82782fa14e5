"""The report in a real browser: no errors, nothing fetched, curves and replay drawn, all linked in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browser_page import DRAWN, open_page
from walk_recording import record_walk

from robot_trials.review import write_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, list[str], list[str]]]:
    """The page, what it complained about, and what it asked for."""
    with open_page(write_report(record_walk(tmp_path_factory.mktemp("run")))) as opened:
        yield opened


def test_page_opens_offline_without_complaints(opened: tuple[Any, list[str], list[str]]) -> None:
    page, complaints, requests = opened
    assert page.title() == "Evening walk · Kuavo – Passed"
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [page.url]


def test_curves_are_drawn(opened: tuple[Any, list[str], list[str]]) -> None:
    page, _, _ = opened
    canvases = page.locator(".plot canvas")
    assert canvases.count() == 6
    for index in range(6):
        assert canvases.nth(index).evaluate(DRAWN) > 10


def test_replay_shows_the_robot(opened: tuple[Any, list[str], list[str]]) -> None:
    page, _, _ = opened
    assert page.locator("#stage-note").is_hidden()
    assert page.locator("#scene").evaluate(DRAWN) > 500


def test_nothing_runs_over_the_page(opened: tuple[Any, list[str], list[str]]) -> None:
    page, _, _ = opened
    for width in (1280, 420):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_click_on_a_plot_moves_the_replay(opened: tuple[Any, list[str], list[str]]) -> None:
    page, complaints, _ = opened
    before = page.locator("#scene").evaluate("canvas => canvas.toDataURL()")
    box = page.locator("#plot-tilt .u-over").bounding_box()
    page.locator("#plot-tilt .u-over").click(position={"x": 0.5 * box["width"], "y": 40})
    assert page.locator("#clock").inner_text() != "0.0 s"
    assert page.locator("#stage-phase").inner_text() == "Go there"
    assert page.locator("#scene").evaluate("canvas => canvas.toDataURL()") != before
    heads = page.locator(".playhead").evaluate_all("heads => heads.map(head => parseFloat(head.style.left))")
    assert len(heads) == 6
    assert all(head > 0.4 * box["width"] for head in heads)
    assert complaints == []


def test_play_and_pause(opened: tuple[Any, list[str], list[str]]) -> None:
    page, complaints, _ = opened
    page.locator("#scrub").evaluate("input => { input.value = 0; input.dispatchEvent(new Event('input')); }")
    page.locator("#play").click()
    for _ in range(200):
        page.wait_for_timeout(100)
        if page.locator("#clock").inner_text() != "0.0 s":
            break
    else:
        pytest.fail("the replay does not run")
    page.locator("#play").click()
    stopped = page.locator("#clock").inner_text()
    page.wait_for_timeout(300)
    assert page.locator("#clock").inner_text() == stopped
    assert complaints == []


def test_views_change_the_picture(opened: tuple[Any, list[str], list[str]]) -> None:
    page, _, _ = opened
    pictures = set()
    for view in ("quarter", "side", "front", "top"):
        page.locator(f"[data-view={view}]").click()
        pictures.add(page.locator("#scene").evaluate("canvas => canvas.toDataURL()"))
    assert len(pictures) == 4
