"""Single nodes on a graph of doubles: lifecycle, rates, a full disk."""

import pytest

pytestmark = pytest.mark.ros


def test_control_node_is_silent_until_activated_and_leaves_no_robot_on_its_feet(graph):
    graph.start_control(factor=1.0)
    graph.start("control_node", autostart=False)
    graph.start("stop_node")
    states = graph.ask("change_states", "activate", "configure", "activate")
    assert states == [[False, "unconfigured"], [True, "inactive"], [True, "active"]]
    heard = graph.ask(
        "listen",
        2,
        *("/clock", "rosgraph_msgs/msg/Clock"),
        *("/joint_states", "sensor_msgs/msg/JointState"),
        *("/robot_description", "std_msgs/msg/String"),
    )
    assert 5 < heard["/clock"]["rate_hz"] <= 100  # 50 Hz, fewer on a busy machine, never above the bound
    assert 5 < heard["/joint_states"]["rate_hz"] <= 100
    assert heard["/robot_description"]["count"] == 1
    assert "robot name='double'" in heard["/robot_description"]["last"].replace("\\", "")
    states = graph.ask("change_states", "deactivate", "cleanup", "shutdown", "5", "7", "3")
    assert states == [[False, "active"]] * 6
    for transition in ("deactivate", "shutdown"):
        graph.wait_for_log("control_node", f"{transition} refused: the robot is on its feet")
    assert graph.ask("listen", 1, "/joint_states", "sensor_msgs/msg/JointState")["/joint_states"]["rate_hz"] > 5
    graph.ask("call", "stop_node/e_stop")
    graph.ask("stop_state", "over")
    states = graph.ask("change_states", "deactivate", "cleanup", "configure")
    assert states == [[True, "inactive"], [True, "unconfigured"], [True, "inactive"]]
    assert graph.end() == {"control": 0, "control_node": 0, "stop_node": 0}


def test_velocity_command_moves_the_robot_and_nonsense_does_not(graph):
    graph.start_control(factor=1.0)
    graph.start("control_node", "stop_node")
    answer = graph.ask("drive", "nan")
    assert answer["x"] == 0.0
    answer = graph.ask("drive", "5.0")
    assert 0.05 < answer["x"] < 1.5  # two seconds at the bound of 0.5 m/s, not at 5 m/s
    answer = graph.ask("drive", "5.0", "TwistStamped", "3")
    assert answer["x"] < 0.05  # three seconds old
    graph.wait_for_log("control_node", "s old: must be within 0.5 s of /clock; ignored")
    assert graph.ask("drive", "0.4", "TwistStamped", "0")["x"] > 0.05
    graph.end()


def test_velocity_commands_may_come_without_a_stamp(graph):
    graph.start_control(factor=1.0)
    graph.start("control_node", "stop_node", enable_stamped_cmd_vel=False)
    assert 0.05 < graph.ask("drive", "0.4", "Twist")["x"] < 1.5
    graph.end()


def test_path_in_odom_is_followed_until_somebody_drives(graph):
    graph.start_control(factor=1.0)
    graph.start("control_node", "stop_node")
    assert graph.ask("follow", "map", "0,0", "5,0")["x"] == 0.0
    graph.wait_for_log("control_node", "path: header.frame_id: 'map': must be 'odom'; ignored")
    assert graph.ask("follow", "odom", "0,0", "nan,0")["x"] == 0.0
    assert graph.ask("follow", "odom", "1,1")["x"] == 0.0
    assert graph.ask("follow", "odom", "0,0", "50,0")["x"] > 0.3
    graph.ask("drive", "0.0")
    assert graph.ask("follow", "odom")["x"] < 0.05, "a velocity has ended the path"
    graph.end()


def test_full_disk_ends_the_trial_safely_with_its_reason(graph):
    graph.start_control()
    graph.limit_file_size("recorder_node", 3_000_000)
    graph.start("control_node", "perception_node", "stop_node", "safety_node")
    graph.start_trial_node(1_000_000)
    graph.start("trial_client")
    result = graph.read_client()
    assert result["verdict"] == "aborted"
    assert "recording failed" in result["reason"] and "bag" in result["reason"]
    codes = graph.end()
    assert codes["control"] == 0 and codes["recorder_node"] == 1
