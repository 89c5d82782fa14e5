"""What a kind of trial adds to a simulated world, said without any simulator.

A kind describes things (`Prop`) and people (`Figure`) by shape, mass and pose, and says who acts (`Actors`). A
simulator builds them, calls the actors once per control period, and tells in its truth where the prop is that a hand
can close on, which people hold it and with what force. `PropSet` bundles all of it; `SimOptions.props` hands it over.
"""

from robot_trials.robots.props.acting import Actors, Arm, Holder, NoActors, PropState, Stage
from robot_trials.robots.props.hanging import HangingProp
from robot_trials.robots.props.prop import Figure, Grip, Look, Prop, PropSet
from robot_trials.robots.props.shapes import Box, Capsule, Colour, Cylinder, Ellipsoid, Shape, Sphere

__all__ = [
    "Actors",
    "Arm",
    "Box",
    "Capsule",
    "Colour",
    "Cylinder",
    "Ellipsoid",
    "Figure",
    "Grip",
    "HangingProp",
    "Holder",
    "Look",
    "NoActors",
    "Prop",
    "PropSet",
    "PropState",
    "Shape",
    "Sphere",
    "Stage",
]
