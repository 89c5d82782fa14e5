"""The robot's model: masses, kinematics, limbs, contacts."""
