"""What every recording of a made-up robot must be told: its frames and the hand that carries."""

from robot_trials.telemetry import FrameNames
from robot_trials_control.records import RIGHT

FRAMES = FrameNames("base_link", "imu_link", "head_camera_optical", ("l_sole", "r_sole"), ("l_grip", "r_grip"))
NAMED = {"frames": FRAMES, "payload_hand": RIGHT}
