"""Records: a block of bytes with a view for every field."""

from __future__ import annotations

import numpy as np
import pytest

from robot_trials_control.records import (
    MotionMode,
    Record,
    control_sample_dtype,
    make_control_sample,
    make_motion_command,
    make_record,
    make_robot_command,
    make_robot_state,
)

NU = 28


def fill_randomly(record: Record, seed: int) -> None:
    """Write numbers into every field through its view."""
    generator = np.random.default_rng(seed)
    for name in record.data.dtype.names:
        view = getattr(record, name)
        if isinstance(view, Record):
            fill_randomly(view, seed + 1)
        else:
            view[...] = generator.uniform(0, 100, view.shape).astype(view.dtype)


def assert_same_fields(a: Record, b: Record) -> None:
    for name in a.data.dtype.names:
        mine, theirs = getattr(a, name), getattr(b, name)
        if isinstance(mine, Record):
            assert_same_fields(mine, theirs)
        else:
            np.testing.assert_array_equal(mine, theirs, err_msg=name)


def test_a_sample_survives_its_bytes() -> None:
    sample = make_control_sample(NU)
    fill_randomly(sample, 5)
    copy = Record(np.frombuffer(sample.to_bytes(), dtype=control_sample_dtype(NU)))
    assert_same_fields(sample, copy)
    assert copy.to_bytes() == sample.to_bytes()


def test_views_write_into_the_record() -> None:
    sample = make_control_sample(NU)
    sample.status.qp_failures += 3
    sample.state.foot_wrench[1, 2] = 280.0
    sample.timing.tick[...] = 7
    row = sample.data[0]
    assert row["status"]["qp_failures"] == 3
    assert row["state"]["foot_wrench"][1, 2] == 280.0
    assert row["timing"]["tick"] == 7


def test_a_record_maps_memory_that_others_write() -> None:
    memory = bytearray(control_sample_dtype(NU).itemsize)
    writer = Record(np.frombuffer(memory, dtype=control_sample_dtype(NU)))
    reader = Record(np.frombuffer(memory, dtype=control_sample_dtype(NU)))
    writer.command.torque[:] = np.arange(NU)
    np.testing.assert_array_equal(reader.command.torque, np.arange(NU))


@pytest.mark.parametrize("make", [make_robot_state, make_robot_command])
def test_joint_arrays_have_the_robots_size(make) -> None:
    record = make(NU)
    joint_fields = [name for name in record.data.dtype.names if getattr(record, name).shape == (NU,)]
    assert len(joint_fields) >= 3


def test_the_truth_is_unknown_at_first() -> None:
    truth = make_control_sample(NU).truth
    assert np.isnan(truth.base_position).all() and np.isnan(truth.prop_pose).all()
    assert int(truth.ground_contacts) == 0


def test_a_new_motion_command_asks_for_nothing() -> None:
    motion = make_motion_command()
    assert int(motion.mode) == MotionMode.DAMPED
    np.testing.assert_array_equal(motion.hand_orientation_xyzw, [[0, 0, 0, 1], [0, 0, 0, 1]])
    assert float(motion.hand_speed) > 0.0


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'speed'"):
        _ = make_motion_command().speed


@pytest.mark.parametrize("data", [np.zeros(3), np.zeros(2, dtype=[("a", "f8")])])
def test_only_one_structured_scalar_is_a_record(data: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"shape \(1,\)"):
        Record(data)


def test_fields_start_at_zero() -> None:
    record = make_record([("count", "i4"), ("value", "f8", (2,))])
    assert int(record.count) == 0 and not record.value.any()
