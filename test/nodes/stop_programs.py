"""Small programs around stops: publishers of several kinds, buttons, a second source, what /diagnostics says.

Those of `BACKGROUND` run until they are killed, and print one line when they are heard, or at once.
"""

import os
import time

PATIENCE_S = 80.0
"""What was not heard after so long never will be; far more than a busy machine needs to start a node and find it."""


def wait(node, condition, timeout_s=PATIENCE_S, said=lambda: "nothing"):
    """Let the node hear until `condition()`; what was heard instead is `said` in the error."""
    import rclpy

    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{said()} after {timeout_s} s")
        rclpy.spin_once(node, timeout_sec=0.05)


def _make_qos(reliability, durability, depth=5):
    from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

    return QoSProfile(
        depth=depth,
        reliability=ReliabilityPolicy[reliability.upper()],
        durability=DurabilityPolicy[durability.upper()],
    )


def act(node, name, who):
    """Answer of an act of a person on a stop."""
    from robot_trials_msgs.srv import StopAct

    client = node.create_client(StopAct, f"stop_node/{name}")
    wait(node, client.service_is_ready)
    future = client.call_async(StopAct.Request(who=who))
    wait(node, future.done)
    return {"success": future.result().success, "message": future.result().message}


def press(node, value, reliability="reliable", durability="volatile"):
    """Press the button, or release it, once it is heard by somebody; time of the message."""
    from std_msgs.msg import Bool

    publisher = node.create_publisher(Bool, "e_stop", _make_qos(reliability, durability))
    wait(node, publisher.get_subscription_count)
    time.sleep(0.5)  # a reader on best effort is matched a moment after it is counted
    publisher.publish(Bool(data=value == "1"))
    if reliability == "reliable":
        wait(node, lambda: publisher.wait_for_all_acked())
    time.sleep(0.2)
    return {}


def diagnose(node, name, text, timeout_s=PATIENCE_S):
    """The first status of that name whose message contains `text`: level, message, values."""
    from diagnostic_msgs.msg import DiagnosticArray

    found, seen = [], []

    def take(array):
        for status in array.status:
            if status.name == name:
                seen.append(status.message)
                if text in status.message:
                    found.append(status)

    node.create_subscription(DiagnosticArray, "diagnostics", take, 10)
    wait(node, lambda: found, float(timeout_s), lambda: f"{name}: {text!r} not among {sorted(set(seen))}")
    status = found[0]
    values = {pair.key: pair.value for pair in status.values}
    return {"level": status.level[0], "message": status.message, "values": values}


def press_latched(node):
    """A button that was pressed before anybody listened, and keeps its last word for those who come late."""
    from std_msgs.msg import Bool

    publisher = node.create_publisher(Bool, "e_stop", _make_qos("reliable", "transient_local", 1))
    publisher.publish(Bool(data=True))
    yield
    while True:
        time.sleep(1.0)


def press_wrongly(node):
    """A button of another message type."""
    from std_msgs.msg import Int32

    publisher = node.create_publisher(Int32, "e_stop", 10)
    yield
    while True:
        publisher.publish(Int32(data=1))
        time.sleep(0.1)


def drive_wrongly(node):
    """Velocities of another message type."""
    from geometry_msgs.msg import TwistStamped

    publisher = node.create_publisher(TwistStamped, "cmd_vel", 1)
    yield
    while True:
        publisher.publish(TwistStamped())
        time.sleep(0.1)


def button(node, name, first="1", pressed_after="-1"):
    """A button that gives signs of life ten times a second, and is pressed after some of them."""
    from robot_trials_msgs.msg import StopButton

    publisher = node.create_publisher(StopButton, "e_stop_buttons", _make_qos("best_effort", "volatile"))
    yield
    count = 0
    while True:
        pressed = 0 <= int(pressed_after) <= count
        publisher.publish(StopButton(name=name, sequence=int(first) + count, pressed=pressed))
        count += 1
        time.sleep(0.1)


def second_source(node, topic="joint_states"):
    """Another publisher of what a robot's graph says itself."""
    from sensor_msgs.msg import JointState

    publisher = node.create_publisher(JointState, topic, 10)
    yield
    while True:
        publisher.publish(JointState())
        time.sleep(0.1)


PROGRAMS = {"act": act, "press": press, "diagnose": diagnose}
BACKGROUND = {
    "press_latched": press_latched,
    "press_wrongly": press_wrongly,
    "drive_wrongly": drive_wrongly,
    "button": button,
    "second_source": second_source,
}


def run_in_background(verb, *arguments):
    """Run one of `BACKGROUND` until it is killed."""
    import rclpy

    rclpy.init()
    node = rclpy.create_node(f"{verb}_{os.getpid()}")
    for _ in BACKGROUND[verb](node, *arguments):
        print("{}", flush=True)
