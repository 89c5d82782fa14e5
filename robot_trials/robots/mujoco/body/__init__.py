"""The simulated robot's body: description, drives, sensors, contacts, hands."""
