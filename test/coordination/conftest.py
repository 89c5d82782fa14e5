"""A bench for each test."""

import shutil

import pytest
from coordination_bench import Bench

from robot_trials.records import Records


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """An empty database, to be copied."""
    path = tmp_path_factory.mktemp("template") / "records.sqlite"
    Records.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def make_bench(template, tmp_path):
    made = []

    def make(**options):
        url = options.pop("url", None) or f"sqlite:///{shutil.copy(template, tmp_path)}"
        made.append(Bench(url, **options))
        return made[-1]

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def bench(make_bench):
    return make_bench()
