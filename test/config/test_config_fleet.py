"""A fleet file becomes trials that go together, or every reason why they do not."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from robot_trials.config import load_fleet, member_from_json
from robot_trials.exceptions import ConfigError


def write(folder: Path, *robots: dict[str, object], **more: object) -> str:
    file = folder / "pair.yaml"
    file.write_text(yaml.safe_dump({"name": "pair", "robots": list(robots), **more}))
    return str(file)


def robot(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "pose": {"x": 0.0, "y": 0.0}, **more}


def test_shipped_fleet_has_three_robots_of_their_own(tmp_path: Path) -> None:
    members = load_fleet("three_kuavos", seed=10, length=6.0, camera="model", output=tmp_path).members
    assert [member.name for member in members] == ["kuavo_1", "kuavo_2", "kuavo_3"]
    assert [member.setup.seed for member in members] == [11, 12, 13]
    assert {member.setup.site.lane.length for member in members} == {6.0}
    assert [member.setup.output for member in members] == [tmp_path / member.name for member in members]
    assert len({(member.pose.x, member.pose.y) for member in members}) == 3


def test_shift_moves_every_number_and_nothing_else() -> None:
    first, second, _ = (member.setup.site.fiducials for member in load_fleet("three_kuavos", length=6.0).members)
    assert [tag.id + 30 for tag in first] == [tag.id for tag in second]
    assert [tag.mount for tag in first] == [tag.mount for tag in second]


def test_member_is_the_same_in_another_process(tmp_path: Path) -> None:
    name = write(tmp_path, robot("one", pose={"x": 1.0, "y": 2.0, "yaw_deg": 90.0}, length=8.0, seed=5))
    (member,) = load_fleet(name, camera="model").members
    other = member_from_json(member.to_json())
    assert other.pose == pytest.approx(member.pose) and other.name == "one"
    assert other.setup.arguments == member.setup.arguments
    assert other.setup.configuration_hash == member.setup.configuration_hash


def test_one_world_has_one_date(tmp_path: Path) -> None:
    later = robot("two", tag_shift=30, overrides=["trial.start_time=2025-11-02T09:30:00+08:00"])
    with pytest.raises(
        ConfigError, match=r"robots.1.trial: 2025-11-02T09:30:00.*must be 2025-11-02T09:00:00.*as of one"
    ):
        load_fleet(write(tmp_path, robot("one"), later))
    members = load_fleet(
        write(tmp_path, robot("one"), later, start_time=datetime.fromisoformat("2025-11-02T09:15:00+08:00"))
    ).members
    assert {member.setup.start_time.minute for member in members} == {15}


def test_robots_must_not_share_names_or_fiducials(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load_fleet(write(tmp_path, robot("one"), robot("one", tag_shift=3)))
    assert [problem.key for problem in error.value.problems] == ["robots.1.name", "robots.1"]
    assert "fiducial 4 of its course is also one of one: choose another tag_shift" in str(error.value)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"name": "Kuavo 1"}, r"robots.0.name: .*must match"),
        ({"name": "one", "posse": {}}, r"robots.0.posse: unknown key; did you mean 'pose'"),
        ({"name": "one", "trial": "torch_rellay"}, r"robots.0.trial: torch_rellay: .*no file torch_rellay.yaml"),
        ({"name": "one", "tag_shift": 500}, r"must leave room for \d+ boards up to id 586"),
    ],
)
def test_mistakes_are_named_with_file_and_line(tmp_path: Path, given: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigError, match=r"pair.yaml:\d+: .*" + problem):
        load_fleet(write(tmp_path, {"pose": {"x": 0.0, "y": 0.0}, **given}))
