"""Messages about what happens beside the control ticks: phases, events, requests for stops, pictures, findings."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from robot_trials.geometry import rotation_to_quaternion
from robot_trials.telemetry import topics
from robot_trials.telemetry.messages.frames import FrameNames
from robot_trials.telemetry.messages.health import Health
from robot_trials.telemetry.messages.message import Message, make_message
from robot_trials.telemetry.wire.cdr import header_value, time_value

SEVERITIES = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40, "fatal": 50}
"""As in rcl_interfaces/Log."""


class Seen(Protocol):
    """A fiducial in a picture."""

    @property
    def tag_id(self) -> int:
        """Number printed on it."""

    @property
    def transform_camera_tag(self) -> np.ndarray:
        """Pose of the tag in the camera's optical frame, shape (4, 4)."""


class RequestKind(enum.IntEnum):
    """What is asked for, or what a stop button does."""

    STOP = 0
    REARM = 1
    LOWER = 2
    BUTTON_PRESSED = 3
    BUTTON_RELEASED = 4
    BUTTON_SILENT = 5
    BUTTON_ALIVE = 6


@dataclass(frozen=True)
class StopRequest:
    """Somebody or something asks for a stop, acts on one, or a stop button changes.

    Attributes:
        kind: what is asked for.
        source: what it came by: topic, service, trial, supervisor, or a stop button with its name.
        who: the person who acts; empty where nobody is known.
        triggers: that are asked for, bit set of the stop ladder's.
        reason: why it does not count; empty where it does.
    """

    kind: RequestKind
    source: str
    who: str = ""
    triggers: int = 0
    reason: str = ""


def make_phase(civil_ns: int, trial: str, phase: str, previous: str, detail: str) -> Message:
    """A trial enters a phase; an empty name says that no trial runs any more."""
    values = {"trial": trial, "phase": phase, "previous": previous, "detail": detail}
    return make_message(topics.TRIAL_PHASE, civil_ns, {"stamp": time_value(civil_ns), **values})


def make_event(civil_ns: int, severity: int, source: str, text: str, values: Mapping[str, float | str]) -> Message:
    """Something worth a line in the report; numbers with nine digits, units in their key."""
    pairs = [
        {"key": key, "value": value if isinstance(value, str) else f"{value:.9g}"} for key, value in values.items()
    ]
    fields = {"severity": severity, "source": source, "text": text, "values": pairs}
    return make_message(topics.TRIAL_EVENTS, civil_ns, {"stamp": time_value(civil_ns), **fields})


def make_stop_request(civil_ns: int, request: StopRequest) -> Message:
    """A request for a stop, an act on one, or a change of a stop button."""
    values = {
        "stamp": time_value(civil_ns),
        "kind": int(request.kind),
        "source": request.source,
        "who": request.who,
        "triggers": request.triggers,
        "accepted": not request.reason,
        "reason": request.reason,
    }
    return make_message(topics.STOP_REQUESTS, civil_ns, values)


def make_map_to_odom(civil_ns: int, frames: FrameNames, pose: Sequence[float]) -> Message:
    """Where odom lies in the map: x, y [m], yaw [rad]."""
    x, y, yaw = (float(value) for value in pose)
    rotation = {"z": math.sin(yaw / 2), "w": math.cos(yaw / 2)}
    transform = {
        "header": header_value(civil_ns, frames.map),
        "child_frame_id": frames.odom,
        "transform": {"translation": {"x": x, "y": y}, "rotation": rotation},
    }
    return make_message(topics.TF, civil_ns, {"transforms": [transform]})


def make_detections(civil_ns: int, frames: FrameNames, seen: Iterable[Seen]) -> Message:
    """All fiducials of one frame, taken at `civil_ns` since 1970 [ns]."""
    header = header_value(civil_ns, frames.camera)
    detections = [{"header": header, "id": tag.tag_id, "pose": _to_pose(tag.transform_camera_tag)} for tag in seen]
    return make_message(topics.FIDUCIALS, civil_ns, {"header": header, "detections": detections})


def make_picture(civil_ns: int, frames: FrameNames, jpeg: bytes) -> Message:
    """One compressed picture of the head camera, taken at `civil_ns` since 1970 [ns]."""
    header = header_value(civil_ns, frames.camera)
    return make_message(topics.CAMERA, civil_ns, {"header": header, "format": "jpeg", "data": jpeg})


def make_diagnostics(civil_ns: int, states: Sequence[Health]) -> Message:
    """Health of components."""
    status = [
        {
            "name": name,
            "level": level,
            "message": message,
            "hardware_id": "robot",
            "values": [{"key": key, "value": str(value)} for key, value in values.items()],
        }
        for name, level, message, values in states
    ]
    return make_message(topics.DIAGNOSTICS, civil_ns, {"header": header_value(civil_ns, ""), "status": status})


def make_robot_description(civil_ns: int, urdf: str) -> Message:
    """The robot, as URDF."""
    return make_message(topics.ROBOT_DESCRIPTION, civil_ns, {"data": urdf})


def make_site(civil_ns: int, text: str) -> Message:
    """Place and course, as JSON text by `describe_site`."""
    return make_message(topics.SITE_DESCRIPTION, civil_ns, {"data": text})


def _to_pose(transform: np.ndarray) -> dict[str, Any]:
    position = dict(zip("xyz", (float(value) for value in transform[:3, 3]), strict=True))
    orientation = dict(zip("xyzw", (float(value) for value in rotation_to_quaternion(transform[:3, :3])), strict=True))
    return {"position": position, "orientation": orientation}
