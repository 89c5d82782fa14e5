"""Finds fiducials in the head camera's frames and passes frames and findings on.

Where the simulation uses the geometric model of the sensor instead of frames, it passes that model's observations on.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from robot_trials.config import TrialSetup
from robot_trials.nodes.common.beat import start_beating
from robot_trials.nodes.common.node_main import run_node
from robot_trials.nodes.common.parameters import attach_channel, declare, declare_channel, declare_setup
from robot_trials.nodes.common.raw_messages import RawPublishers
from robot_trials.nodes.common.sample_messages import make_frame_names
from robot_trials.robots.interface import CameraFrame, FiducialObservation
from robot_trials.runtime.channel.layout import FIDUCIAL_DTYPE, frame_dtype
from robot_trials.runtime.world_request import WorldFollower
from robot_trials.telemetry.messages.said import make_detections, make_picture
from robot_trials.telemetry.topics import CAMERA, FIDUCIALS
from robot_trials_control.records import Record

POLL_PERIOD_S = 0.02
"""How often the ring is looked at: a fifth of the frame period at 10 Hz."""


class PerceptionNode(Node):
    """Publishes detections and compressed frames.

    Attributes:
        finished: a signal asked for the end, or the control process has ended.
    """

    def __init__(self) -> None:
        super().__init__("perception_node")
        self.finished = False
        self.exit_code = 0
        channel_name = declare_channel(self)
        setup = declare_setup(self)
        self._quality = declare(self, "jpeg_quality", 80, "quality of the published frames, 1 to 100")
        self._channel = attach_channel(self, channel_name)
        info = self._channel.info
        self._start_time_ns = info.start_time_ns
        self._frames = make_frame_names(info)
        self._channel.state  # noqa: B018  attached now: its file goes when the control process ends
        start_beating(self, self._channel, "perception_node", setup)
        self._said = RawPublishers(self, FIDUCIALS, *([CAMERA] if info.camera_size is not None else []))
        if info.camera_size is not None:
            self._open_frames(info.camera_size, setup)
            step = self._take_frames
        else:
            self._ring = self._channel.fiducials
            self._observation = Record(np.zeros(1, FIDUCIAL_DTYPE))
            step = self._take_observations
        self._step = step
        self.create_timer(POLL_PERIOD_S, self._poll, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def request_end(self) -> None:
        """A signal: frames are still passed on until the control process has ended."""

    def release(self) -> None:
        """Detach."""
        self._channel.close()

    def _open_frames(self, size: tuple[int, int], setup: TrialSetup) -> None:
        self._world = WorldFollower(self._channel)
        self._look_for(setup)
        self._ring = self._channel.frames
        self._frame = Record(np.zeros(1, frame_dtype(*size)))

    def _look_for(self, setup: TrialSetup) -> None:
        """From now on, find the fiducials of another trial's place."""
        from robot_trials.perception.fiducials import FiducialDetector

        self._detector: Any = FiducialDetector({tag.id: tag.size for tag in setup.site.fiducials})

    def _poll(self) -> None:
        ended = self._channel.ended
        self._step()
        if ended:
            self.finished = True

    def _take_frames(self) -> None:
        entered = self._world.look()
        if entered is not None:
            self._look_for(entered)
        record = self._frame
        while self._ring.pop_into(record.data):
            frame = CameraFrame(int(record.time_ns), record.image_bgr, record.camera_matrix)
            self._publish_detections(self._detector.detect(frame), frame.time_ns)
            self._publish_image(frame)

    def _take_observations(self) -> None:
        """Observations of one capture time belong to one frame."""
        record, taken = self._observation, []
        while self._ring.pop_into(record.data):
            transform = record.transform_camera_tag.copy()
            taken.append(FiducialObservation(int(record.time_ns), int(record.tag_id), transform))
        for time_ns, group in itertools.groupby(taken, key=lambda seen: seen.time_ns):
            self._publish_detections(list(group), time_ns)

    def _publish_detections(self, observations: list[FiducialObservation], time_ns: int) -> None:
        self._said.publish(make_detections(self._start_time_ns + time_ns, self._frames, observations))

    def _publish_image(self, frame: CameraFrame) -> None:
        from robot_trials.telemetry.video import encode_jpeg

        jpeg = encode_jpeg(frame.image_bgr, self._quality)
        self._said.publish(make_picture(self._start_time_ns + frame.time_ns, self._frames, jpeg))


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `perception_node`."""
    return run_node(PerceptionNode, arguments)


if __name__ == "__main__":
    sys.exit(main())
