"""Write the bit patterns of the AprilTag family 36h11 as a Python module, so that the simulator needs no OpenCV.

`python sim/fiducials/make_tag_table.py robot_trials/robots/mujoco/scene/tag_table.py`
"""

import sys
from pathlib import Path

import cv2

TAGS = 587
DATA_CELLS = 6
PER_LINE = 11
HEADER = '''"""Bit patterns of the AprilTag family 36h11, written by sim/fiducials/make_tag_table.py."""

TAG_CODES = """
{}
""".split()
"""Code of tag n at index n: 36 data bits row by row from the top left, as nine hexadecimal digits, 1 for white."""
'''


def compute_code(dictionary: "cv2.aruco.Dictionary", tag_id: int) -> str:
    """Data bits of one tag as nine hexadecimal digits."""
    picture = cv2.aruco.generateImageMarker(dictionary, tag_id, DATA_CELLS + 2)
    bits = (picture[1:-1, 1:-1] > 0).flatten()
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):09x}"


if __name__ == "__main__":
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    codes = [compute_code(family, tag_id) for tag_id in range(TAGS)]
    lines = [" ".join(codes[start : start + PER_LINE]) for start in range(0, TAGS, PER_LINE)]
    Path(sys.argv[1]).write_text(HEADER.format("\n".join(lines)), encoding="ascii")
