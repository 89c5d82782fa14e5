"""The simulated robot and its world; the only place of the project that imports MuJoCo."""

import os

os.environ.setdefault("MUJOCO_GL", "egl")  # MuJoCo chooses its renderer when it is first imported
os.environ.setdefault("LP_NUM_THREADS", "0")  # Mesa draws on our own thread: with helpers a picture costs more in all
