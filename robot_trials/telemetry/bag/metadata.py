"""`metadata.yaml` of a rosbag2 directory, as ROS 2 Jazzy writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

METADATA_VERSION = 9
ROS_DISTRO = "jazzy"
FILE_NAME = "metadata.yaml"


@dataclass(frozen=True)
class RecordedTopic:
    """What a bag says about one topic.

    Attributes:
        name: topic.
        type_name: message type.
        type_hash: its RIHS01 hash.
        qos: profiles offered, as rosbag2 writes them.
        count: messages in the bag.
    """

    name: str
    type_name: str
    type_hash: str
    qos: Sequence[Mapping[str, Any]]
    count: int


def compute_information(
    file_name: str,
    topics: Sequence[RecordedTopic],
    time_range_ns: tuple[int, int],
    custom_data: Mapping[str, str],
) -> dict[str, Any]:
    """The table `rosbag2_bagfile_information` of a bag with one file.

    Args:
        file_name: name of the MCAP file in the bag's folder.
        topics: all its topics.
        time_range_ns: first and last message since 1970 [ns].
        custom_data: the trial's identity.
    """
    start, end = time_range_ns
    count = sum(topic.count for topic in topics)
    span = {
        "starting_time": {"nanoseconds_since_epoch": start},
        "duration": {"nanoseconds": end - start},
        "message_count": count,
    }
    empty = DoubleQuotedScalarString("")
    return {
        "version": METADATA_VERSION,
        "storage_identifier": "mcap",
        "duration": {"nanoseconds": end - start},
        "starting_time": {"nanoseconds_since_epoch": start},
        "message_count": count,
        "topics_with_message_count": [_topic_entry(topic) for topic in topics],
        "compression_format": empty,
        "compression_mode": empty,
        "relative_file_paths": [file_name],
        "files": [{"path": file_name, **span}],
        "custom_data": {key: DoubleQuotedScalarString(value) for key, value in custom_data.items()} or None,
        "ros_distro": ROS_DISTRO,
    }


def dump_metadata(information: Mapping[str, Any]) -> str:
    """Text of `metadata.yaml`."""
    return dump_yaml({"rosbag2_bagfile_information": information})


def dump_qos(profiles: Sequence[Mapping[str, Any]]) -> str:
    """Text of a channel's `offered_qos_profiles`."""
    return dump_yaml(list(profiles)).rstrip("\n")


def dump_yaml(value: Any) -> str:
    """Block style, in the order given."""
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.default_flow_style = False
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def load_yaml(text: str) -> Any:
    """Plain values of a YAML text."""
    return YAML(typ="safe").load(text)


def _topic_entry(topic: RecordedTopic) -> dict[str, Any]:
    """One element of `topics_with_message_count`."""
    return {
        "topic_metadata": {
            "name": topic.name,
            "type": topic.type_name,
            "serialization_format": "cdr",
            "offered_qos_profiles": [dict(profile) for profile in topic.qos],
            "type_description_hash": topic.type_hash,
        },
        "message_count": topic.count,
    }


class _Representer(RoundTripRepresenter):
    """Writes nothing as `~`, as yaml-cpp does."""

    def represent_none(self, data: None) -> Any:
        """`~`."""
        return self.represent_scalar("tag:yaml.org,2002:null", "~")


_Representer.add_representer(type(None), _Representer.represent_none)
