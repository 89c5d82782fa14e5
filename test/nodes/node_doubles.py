"""Small programs that speak to the graph, each run as a process of its own: imports what it needs, so it starts fast.

python node_doubles.py trial_node --ros-args ...     the node of trial_double.py
python node_doubles.py call SERVICE                  call a Trigger service, print its answer as JSON
python node_doubles.py act NAME WHO                  rearm or lower a stopped robot, print the answer; more about
                                                     stops in stop_programs.py
python node_doubles.py send_goal TRIAL               send a goal, print whether it was accepted
python node_doubles.py offer NAME                    a node of that name that offers the trial and takes no goal
python node_doubles.py count_servers COUNT           wait until so many servers offer the trial
python node_doubles.py ask_goals STEP:ID ...         send goals, ask what became of them, withdraw them
python node_doubles.py change_state TRANSITION       change control_node's lifecycle state, print the new one
python node_doubles.py listen SECONDS TOPIC TYPE ... print count, rate, last message
"""

import json
import os
import sys
import time

import stop_programs
from stop_programs import wait

STAY_S = 2.0
"""Of a stranger in the graph: four looks of safety_node at who publishes [s]."""


def call_service(node, name):
    """Answer of a Trigger service."""
    from std_srvs.srv import Trigger

    client = node.create_client(Trigger, name)
    wait(node, client.service_is_ready)
    future = client.call_async(Trigger.Request())
    wait(node, future.done)
    return {"success": future.result().success, "message": future.result().message}


def send_goal(node, trial):
    """Whether a goal is accepted."""
    from rclpy.action import ActionClient

    from robot_trials_msgs.action import RunTrial

    client = ActionClient(node, RunTrial, "run_trial")
    wait(node, client.server_is_ready)
    future = client.send_goal_async(RunTrial.Goal(trial=trial))
    wait(node, future.done)
    return {"accepted": future.result().accepted}


def offer(name):
    """Offer the trial under another node's name, and take no goal."""
    import rclpy
    from rclpy.action import ActionServer, GoalResponse

    from robot_trials_msgs.action import RunTrial

    rclpy.init()
    node = rclpy.create_node(name)
    judge = lambda _: GoalResponse.REJECT  # noqa: E731
    ActionServer(node, RunTrial, "run_trial", execute_callback=lambda _: None, goal_callback=judge)
    rclpy.spin(node)


def count_servers(node, wanted):
    """How many servers offer the trial, once there are so many."""
    topic = "/run_trial/_action/status"
    wait(node, lambda: len(node.get_publishers_info_by_topic(topic)) >= int(wanted))
    return {"servers": len(node.get_publishers_info_by_topic(topic))}


def ask_goals(node, *steps):
    """Send goals, ask for them, withdraw them, in this order: send:ID, ask:ID, withdraw:ID; an answer for each."""
    from rclpy.action import ActionClient
    from unique_identifier_msgs.msg import UUID

    from robot_trials_msgs.action import RunTrial
    from robot_trials_msgs.srv import GetTrialOutcome

    action = ActionClient(node, RunTrial, "run_trial")
    outcomes = node.create_client(GetTrialOutcome, "trial_node/get_trial_outcome")
    wait(node, lambda: action.server_is_ready() and outcomes.service_is_ready())
    answers = []
    for step in steps:
        verb, goal_id = step.split(":")
        uuid = UUID(uuid=list(bytes.fromhex(goal_id)))
        if verb == "send":
            future = action.send_goal_async(RunTrial.Goal(trial="torch_relay", booking="relay_1"), goal_uuid=uuid)
        else:
            future = outcomes.call_async(GetTrialOutcome.Request(goal_id=uuid, withdraw=verb == "withdraw"))
        wait(node, future.done)
        answer = future.result()
        answers.append(answer.accepted if verb == "send" else [answer.state, answer.verdict, answer.reason])
    return answers


def await_outcome(node, goal_id):
    """Path of the bag of a goal, once its trial has ended."""
    from unique_identifier_msgs.msg import UUID

    from robot_trials_msgs.srv import GetTrialOutcome

    client = node.create_client(GetTrialOutcome, "trial_node/get_trial_outcome")
    wait(node, client.service_is_ready)
    answer = None

    def has_ended():
        nonlocal answer
        request = GetTrialOutcome.Request(goal_id=UUID(uuid=list(bytes.fromhex(goal_id))))
        future = client.call_async(request)
        wait(node, future.done)
        answer = future.result()
        return answer.state == GetTrialOutcome.Response.STATE_ENDED

    wait(node, has_ended)
    return answer.bag_path


def change_states(node, *transitions):
    """Success and state of the control node after each transition, given by label or id."""
    from lifecycle_msgs.srv import ChangeState, GetState

    change, get = (
        node.create_client(kind, f"control_node/{name}")
        for kind, name in ((ChangeState, "change_state"), (GetState, "get_state"))
    )
    wait(node, lambda: change.service_is_ready() and get.service_is_ready())
    states = []
    for transition in transitions:
        request = ChangeState.Request()
        if transition.isdigit():
            request.transition.id = int(transition)
        else:
            request.transition.label = transition
        future = change.call_async(request)
        wait(node, future.done)
        state = get.call_async(GetState.Request())
        wait(node, state.done)
        states.append([future.result().success, state.result().current_state.label])
    return states


def listen(node, seconds, *topics):
    """What arrived on topics given as pairs of name and type: count, and the last message as text."""
    from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

    from robot_trials.nodes.common.message_types import find_message_type

    heard = {name: {"count": 0, "last": ""} for name in topics[::2]}

    def hear(name, message):
        heard[name]["count"] += 1
        heard[name]["last"] = str(message)

    for name, type_name in zip(topics[::2], topics[1::2], strict=True):
        latched = name in ("/robot_description", "/trial/phase")
        durability = DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE
        reliability = ReliabilityPolicy.RELIABLE if latched else ReliabilityPolicy.BEST_EFFORT
        qos = QoSProfile(depth=200, durability=durability, reliability=reliability)
        node.create_subscription(find_message_type(type_name), name, lambda message, n=name: hear(n, message), qos)
    wait(node, lambda: all(entry["count"] for entry in heard.values()))
    before = {name: entry["count"] for name, entry in heard.items()}
    start = time.monotonic()
    while time.monotonic() - start < float(seconds):
        import rclpy

        rclpy.spin_once(node, timeout_sec=0.02)
    elapsed = time.monotonic() - start
    for name, entry in heard.items():
        entry["rate_hz"] = (entry["count"] - before[name]) / elapsed
    return heard


def drive(node, speed, kind="TwistStamped", age=None):
    """How far odometry has come after two seconds of repeated velocity commands, `age` seconds old by /clock."""
    from geometry_msgs.msg import Twist, TwistStamped
    from nav_msgs.msg import Odometry

    heard = []
    node.create_subscription(Odometry, "odom", heard.append, 10)
    publisher = node.create_publisher(Twist if kind == "Twist" else TwistStamped, "cmd_vel", 1)
    wait(node, lambda: heard and publisher.get_subscription_count())
    first = heard[0].pose.pose.position.x
    message = Twist() if kind == "Twist" else TwistStamped()
    (message if kind == "Twist" else message.twist).linear.x = float(speed)
    start = time.monotonic()
    while time.monotonic() - start < 2.0:
        import rclpy

        if age is not None:
            message.header.stamp = heard[-1].header.stamp
            message.header.stamp.sec -= int(age)
        publisher.publish(message)
        rclpy.spin_once(node, timeout_sec=0.05)
    return {"x": heard[-1].pose.pose.position.x - first}


def follow(node, frame, *points):
    """How far odometry has come two seconds after a path through points "x,y" was sent."""
    from geometry_msgs.msg import PoseStamped
    from nav_msgs.msg import Odometry, Path

    heard, path = [], Path()
    path.header.frame_id = frame
    for point in points:
        stamped = PoseStamped()
        stamped.pose.position.x, stamped.pose.position.y = map(float, point.split(","))
        path.poses.append(stamped)
    node.create_subscription(Odometry, "odom", heard.append, 10)
    publisher = node.create_publisher(Path, "path", 1)
    wait(node, lambda: heard and publisher.get_subscription_count())
    first, start = heard[-1].pose.pose.position.x, time.monotonic()
    publisher.publish(path)
    wait(node, lambda: time.monotonic() - start > 2.0)
    return {"x": heard[-1].pose.pose.position.x - first}


def stop_state(node, wanted):
    """The newest stop state once the stop is over, or once the robot is free."""
    from robot_trials_msgs.msg import StopState

    heard = []
    node.create_subscription(StopState, "stop_state", heard.append, 10)
    reached = lambda: heard and (heard[-1].over if wanted == "over" else heard[-1].rung == 0)  # noqa: E731
    wait(node, reached, said=lambda: f"{len(heard)} states, the newest {heard[-1:]}")
    return {"rung": heard[-1].rung, "over": heard[-1].over, "triggers": heard[-1].triggers}


def say_event(node, source, severity, text):
    """Tell an event as another node would, and stay for as long as a look at who publishes may take."""
    from robot_trials_msgs.msg import TrialEvent

    publisher = node.create_publisher(TrialEvent, "trial/events", 100)
    wait(node, lambda: publisher.get_subscription_count() >= 2)  # trial node and recorder
    publisher.publish(TrialEvent(source=source, severity=int(severity), text=text))
    wait(node, lambda: publisher.wait_for_all_acked())
    time.sleep(STAY_S)
    return {}


def main(verb, *arguments):
    """Run one of the programs."""
    if verb == "trial_node":
        from trial_double import run_trial_node

        return run_trial_node(list(arguments))
    if verb in stop_programs.BACKGROUND:
        return stop_programs.run_in_background(verb, *arguments)
    if verb == "offer":
        return offer(*arguments)
    import rclpy

    rclpy.init()
    node = rclpy.create_node(f"test_{verb}_{os.getpid()}")
    verbs = stop_programs.PROGRAMS | {
        "call": call_service,
        "send_goal": send_goal,
        "ask_goals": ask_goals,
        "count_servers": count_servers,
        "await_outcome": await_outcome,
        "change_states": change_states,
        "listen": listen,
        "drive": drive,
        "follow": follow,
        "stop_state": stop_state,
        "say_event": say_event,
    }
    print(json.dumps(verbs[verb](node, *arguments)), flush=True)
    node.destroy_node()
    rclpy.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
