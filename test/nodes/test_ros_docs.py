"""The page about the graph and the RViz layout keep up with the code."""

import re
from pathlib import Path

import yaml

from robot_trials.telemetry.topics import CAMERA, TOPICS, TRUE_ODOM, TRUE_STATE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ros.md").read_text()


def read_topic_rows():
    """Cells of the topic table, by topic."""
    lines = [line.strip("|") for line in PAGE.splitlines() if line.startswith("| `/")]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return {row[0].strip("`"): row for row in rows if len(row) == 7}


def test_quality_of_service_of_every_topic_stands_in_the_table():
    rows = read_topic_rows()
    for topic in TOPICS:
        if topic in (TRUE_ODOM, TRUE_STATE):
            assert topic.name not in rows
            continue
        qos = topic.qos
        assert rows[topic.name][1].split()[0] == topic.type_name
        assert rows[topic.name][4:] == [str(qos.depth), qos.reliability, qos.durability], topic.name


def test_every_parameter_and_launch_argument_stands_in_a_table():
    declared = set()
    for file in (ROOT / "robot_trials" / "nodes").rglob("*.py"):
        declared |= set(re.findall(r'declare\(\s*(?:self|node), "(\w+)"', file.read_text()))
    launch = (ROOT / "launch" / "torch_relay.launch.py").read_text()
    declared |= set(re.findall(r'^    "(\w+)": \(', launch, flags=re.MULTILINE))
    assert len(declared) > 20
    assert {name for name in declared if f"`{name}`" not in PAGE} == set()


def test_layout_shows_topics_of_the_graph_as_they_are_published():
    layout = yaml.safe_load((ROOT / "config" / "rviz" / "relay.rviz").read_text())
    rows = read_topic_rows()
    displays = layout["Visualization Manager"]["Displays"]
    sources = [display.get("Topic") or display.get("Description Topic") for display in displays]
    names = {source["Value"] for source in sources if source}
    assert {"/odom", "/robot_description", CAMERA.name} <= names
    for source in filter(None, sources):
        row = rows[source["Value"]]
        wanted = [source["Reliability Policy"], source["Durability Policy"]]
        assert [policy.lower().replace(" ", "_") for policy in wanted] == row[5:]
