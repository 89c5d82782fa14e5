"""What the processes of one robot have read is compared by role, and told with each sign of life."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from greeting import load_greeting
from runtime_doubles import make_info

from robot_trials.config import TrialSetup
from robot_trials.exceptions import ConfigError
from robot_trials.runtime.channel.beats import BeatWriter
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.files import remove_channel
from robot_trials.runtime.channel.info import ChannelInfo
from robot_trials.runtime.processes.same_files import hash_roles, require_same_files
from robot_trials.runtime.processes.start_check import StartCheck

READ = load_greeting()


def tell(setup: TrialSetup, name: str = "test") -> ChannelInfo:
    info: ChannelInfo = make_info(name, pid=os.getpid())
    return replace(info, configuration_hash=setup.configuration_hash, configuration=hash_roles(setup))


@pytest.fixture
def channel() -> Iterator[Channel]:
    name = f"test_same_files_{os.getpid()}"
    made = Channel.create(tell(READ, name))
    yield made
    made.close()
    remove_channel(name)


def test_the_same_files_are_no_problem() -> None:
    require_same_files(tell(READ), load_greeting())
    require_same_files(make_info("test"), READ)


@pytest.mark.parametrize(
    ("override", "role"), [("trial.walking_speed=0.3", "trial"), ("course.lane.width=2.5", "course")]
)
def test_a_difference_names_role_and_file(override: str, role: str) -> None:
    other = load_greeting(overrides=[override])
    with pytest.raises(ConfigError) as caught:
        require_same_files(tell(READ), other)
    (told,) = str(caught.value).splitlines()
    file = READ.files_by_role[role]
    assert f"{role}: the control process has read {file} otherwise" in told and file.name in told.split(": ")[0]


def test_a_role_that_only_one_has_is_named() -> None:
    less = {role: text for role, text in READ.configuration.items() if role != "robot_description"}
    with pytest.raises(ConfigError, match="robot_description: the control process has read .*urdf, this one nothing"):
        require_same_files(tell(READ), replace(READ, configuration=less, configuration_hash="other"))


def test_every_role_has_its_file() -> None:
    assert set(READ.files_by_role) == set(READ.configuration)
    assert all(file.is_file() for file in READ.files_by_role.values())


def test_signs_of_life_say_what_was_read(channel: Channel) -> None:
    check = StartCheck(channel)
    assert check.read_configurations() == {"control_process": READ.configuration_hash}
    stop, safety = BeatWriter(channel, "stop_node", "f" * 64), BeatWriter(channel, "safety_node")
    for writer in (stop, safety):
        writer.beat()
    assert check.read_configurations() == {"control_process": READ.configuration_hash, "stop_node": "f" * 64}
    for writer in (stop, safety):
        writer.close()


def test_an_attached_process_hears_what_was_read(channel: Channel) -> None:
    attached = Channel.attach(channel.info.channel, 5.0)
    require_same_files(attached.info, READ)
    with pytest.raises(ConfigError, match="trial: the control process has read"):
        require_same_files(attached.info, load_greeting(overrides=["trial.walking_speed=0.3"]))
    attached.close()
