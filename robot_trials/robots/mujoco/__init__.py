"""The simulated robot and its world; the only place of the project that imports MuJoCo."""

import os

os.environ.setdefault("MUJOCO_GL", "egl")  # MuJoCo chooses its renderer when it is first imported
