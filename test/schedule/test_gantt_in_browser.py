"""The page in a real browser: nothing fetched, no complaints, bars where they belong, readable in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from plans import BERLIN

from benchmarks.plan_cases import make_case
from robot_trials.schedule.output.gantt import write_gantt_page
from robot_trials.schedule.search.cp_sat import solve

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless --no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --use-angle=swiftshader --enable-unsafe-swiftshader"
).split()
PROBLEM = make_case(seed=0, bookings=30, robots=6, places=8, days=1).problem
BARS = """() => [...document.querySelectorAll(".trial")].map(bar => {
  const box = bar.querySelector(".robot").getBoundingClientRect();
  return [bar.dataset.booking, box.left, box.right, box.top, getComputedStyle(bar.querySelector(".robot")).fill];
})"""


@pytest.fixture(scope="module", params=["light", "dark"])
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any, list]]:
    """Page, plan, and what was complained about or asked for."""
    playwright = pytest.importorskip("playwright.sync_api")
    executable = which("chromium") or which("chromium-browser") or which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium here (apt-get install chromium)")
    plan = solve(PROBLEM, time_limit=3.0, gap_limit=0.1)
    file = write_gantt_page(tmp_path_factory.mktemp("plan") / "plan.html", PROBLEM, plan, BERLIN)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=FLAGS)
        page = browser.new_context(offline=True, color_scheme=request.param).new_page()
        page.set_default_timeout(120_000)  # software rendering on a busy machine
        page.set_viewport_size({"width": 1280, "height": 800})
        noticed: list[str] = []
        page.on("console", lambda message: noticed.append(message.text))
        page.on("pageerror", lambda error: noticed.append(str(error)))
        page.on("request", lambda asked: noticed.append(asked.url) if asked.url != Path(file).as_uri() else None)
        page.goto(Path(file).as_uri())
        yield page, plan, noticed
        browser.close()


def test_nothing_is_fetched_or_complained_about(opened: tuple[Any, Any, list]) -> None:
    assert opened[2] == []


def test_bars_stand_in_the_order_of_time(opened: tuple[Any, Any, list]) -> None:
    page, plan, _ = opened
    bars = {name: (left, right, top, fill) for name, left, right, top, fill in page.evaluate(BARS)}
    assert set(bars) == {a.booking for a in plan.assignments}
    for one in plan.assignments:
        for other in plan.assignments:
            if one.start < other.start:
                assert bars[one.booking][0] < bars[other.booking][0]
            assert (one.place == other.place) == (bars[one.booking][2] == bars[other.booking][2])
            assert (one.robot == other.robot) == (bars[one.booking][3] == bars[other.booking][3])


def test_the_chart_fits_the_window(opened: tuple[Any, Any, list]) -> None:
    page, _, _ = opened
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("(c => c.scrollWidth <= c.clientWidth)(document.querySelector('.chart'))")


def test_left_out_trials_have_a_row_each(opened: tuple[Any, Any, list]) -> None:
    page, plan, _ = opened
    assert page.locator("#left-out tbody tr").count() == len(plan.left_out) > 0
