"""The topics of a bag: names, types and quality of service, as the nodes publish them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

INFINITE = {"sec": 9223372036, "nsec": 854775807}
"""How ROS 2 writes a deadline, lifespan or lease without end."""


@dataclass(frozen=True)
class QosProfile:
    """Quality of service that a publisher offers.

    Attributes:
        depth: messages kept for late readers.
        reliability: `reliable` or `best_effort`.
        durability: `volatile` or `transient_local`.
    """

    depth: int = 10
    reliability: str = "reliable"
    durability: str = "volatile"

    def to_metadata(self) -> dict[str, Any]:
        """The profile as rosbag2 writes it."""
        return {
            "history": "keep_last",
            "depth": self.depth,
            "reliability": self.reliability,
            "durability": self.durability,
            "deadline": dict(INFINITE),
            "lifespan": dict(INFINITE),
            "liveliness": "automatic",
            "liveliness_lease_duration": dict(INFINITE),
            "avoid_ros_namespace_conventions": False,
        }


SENSOR = QosProfile(depth=5, reliability="best_effort")
LATCHED = QosProfile(depth=1, durability="transient_local")


@dataclass(frozen=True)
class Topic:
    """One topic.

    Attributes:
        name: with its leading slash.
        type_name: such as `sensor_msgs/msg/Imu`.
        qos: quality of service.
    """

    name: str
    type_name: str
    qos: QosProfile = field(default_factory=QosProfile)

    @property
    def relative_name(self) -> str:
        """The name without its leading slash: a node puts it into its own namespace."""
        return self.name.lstrip("/")


JOINT_STATES = Topic("/joint_states", "sensor_msgs/msg/JointState")
JOINT_COMMANDS = Topic("/joint_commands", "robot_trials_msgs/msg/JointCommand")
IMU = Topic("/imu/data", "sensor_msgs/msg/Imu", SENSOR)
ODOM = Topic("/odom", "nav_msgs/msg/Odometry")
BALANCE_STATE = Topic("/balance_state", "robot_trials_msgs/msg/BalanceState")
LEFT_WRENCH = Topic("/foot/left/wrench", "geometry_msgs/msg/WrenchStamped", SENSOR)
RIGHT_WRENCH = Topic("/foot/right/wrench", "geometry_msgs/msg/WrenchStamped", SENSOR)
CONTROL_TIMING = Topic("/control_timing", "robot_trials_msgs/msg/ControlTiming")
TRUE_ODOM = Topic("/ground_truth/odom", "nav_msgs/msg/Odometry")
TRUE_STATE = Topic("/ground_truth/state", "robot_trials_msgs/msg/GroundTruth")
PAYLOAD_STATE = Topic("/payload_state", "robot_trials_msgs/msg/PayloadState")
STOP_STATE = Topic("/stop_state", "robot_trials_msgs/msg/StopState")
BATTERY = Topic("/battery_state", "sensor_msgs/msg/BatteryState")
TF = Topic("/tf", "tf2_msgs/msg/TFMessage", QosProfile(depth=100))
TRIAL_PHASE = Topic(
    "/trial/phase", "robot_trials_msgs/msg/TrialPhase", QosProfile(depth=10, durability="transient_local")
)
TRIAL_EVENTS = Topic("/trial/events", "robot_trials_msgs/msg/TrialEvent", QosProfile(depth=100))
DIAGNOSTICS = Topic("/diagnostics", "diagnostic_msgs/msg/DiagnosticArray")
CAMERA = Topic("/head_camera/image_raw/compressed", "sensor_msgs/msg/CompressedImage", SENSOR)
FIDUCIALS = Topic("/fiducials", "robot_trials_msgs/msg/FiducialDetections", QosProfile(depth=50))
MOTION_COMMAND = Topic("/motion_command", "robot_trials_msgs/msg/MotionCommand", QosProfile(depth=100))
STOP_REQUESTS = Topic("/stop_requests", "robot_trials_msgs/msg/StopRequest", QosProfile(depth=100))
ROBOT_DESCRIPTION = Topic("/robot_description", "std_msgs/msg/String", LATCHED)
SITE_DESCRIPTION = Topic("/site_description", "std_msgs/msg/String", LATCHED)

TOPICS = (
    JOINT_STATES,
    JOINT_COMMANDS,
    IMU,
    ODOM,
    BALANCE_STATE,
    LEFT_WRENCH,
    RIGHT_WRENCH,
    CONTROL_TIMING,
    TRUE_ODOM,
    TRUE_STATE,
    PAYLOAD_STATE,
    STOP_STATE,
    BATTERY,
    TF,
    TRIAL_PHASE,
    TRIAL_EVENTS,
    DIAGNOSTICS,
    CAMERA,
    FIDUCIALS,
    MOTION_COMMAND,
    STOP_REQUESTS,
    ROBOT_DESCRIPTION,
    SITE_DESCRIPTION,
)
"""Every topic of a bag, in the order of their channels."""
