"""A page in headless Chromium, offline, with what it complains about and asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any

import pytest

FLAGS = (
    "--headless --no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --use-angle=swiftshader --enable-unsafe-swiftshader"
).split()
DRAWN = """canvas => {
  const copy = document.createElement("canvas");
  copy.width = canvas.width; copy.height = canvas.height;
  const context = copy.getContext("2d");
  context.drawImage(canvas, 0, 0);
  const colors = new Set();
  const data = context.getImageData(0, 0, copy.width, copy.height).data;
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3]) colors.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  return colors.size;
}"""


@contextmanager
def open_page(report: Path) -> Iterator[tuple[Any, list[str], list[str]]]:
    """The page, what it complained about, and what it asked for; skips the test where there is no browser."""
    playwright = pytest.importorskip("playwright.sync_api")
    executable = which("chromium") or which("chromium-browser") or which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium here (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=FLAGS)
        page = browser.new_context(offline=True).new_page()
        page.set_default_timeout(120_000)  # software rendering on a busy machine
        page.set_viewport_size({"width": 1280, "height": 900})
        complaints: list[str] = []
        requests: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(Path(report).as_uri())
        yield page, complaints, requests
        browser.close()
