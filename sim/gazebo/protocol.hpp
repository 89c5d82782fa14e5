// The plugin's half of the link to the control process; docs/simulation.md describes what goes over it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace robot_trials
{
constexpr int kProtocolVersion = 1;

/// What the simulator has loaded, for the other side to compare with what it expects.
struct Hello
{
  std::string simulator;
  std::vector<std::string> joints;
  std::vector<double> torque_limits;  // [N·m]
  std::vector<std::array<double, 2>> position_limits;  // [rad]
  std::int64_t step_ns = 0;
  int steps_per_exchange = 0;
  std::vector<std::string> bodies, feet, hands, figures;
};

/// One drive: torque = constant + position * q + velocity * v, within the joint's limit.
struct Drive
{
  double constant, position, velocity;
};

/// Position [m] and quaternion w, x, y, z.
using PoseValues = std::array<double, 7>;
/// Linear [m/s] and angular velocity [rad/s], or force [N] and torque [N·m]; world axes.
using Twist = std::array<double, 6>;

/// A grasp: the torch held at `pose` in the hand's link, as firmly as `firmness` says, 0 … 1.
struct Weld
{
  double firmness;
  PoseValues pose;
};

/// What the control process wants of the next steps.
struct Command
{
  std::uint64_t tick = 0;
  std::uint64_t placed = 0;  // bit n: put body n at its pose, with its twist; body 0 takes the posture along
  std::vector<Drive> drives;
  std::vector<double> posture;  // [rad]
  std::vector<PoseValues> body_poses;
  std::vector<Twist> body_twists, body_wrenches;
  std::vector<Weld> welds;
  std::vector<PoseValues> figures;
};

/// What the simulator has come to.
struct State
{
  std::uint64_t tick = 0, time_ns = 0;
  std::vector<double> position, velocity, torque;
  std::vector<PoseValues> body_poses;
  std::vector<Twist> body_twists;
  std::array<double, 3> body_rate{};  // of body 0, mean over the steps of this exchange, world axes [rad/s]
  std::vector<Twist> foot_wrenches;  // of the ground on each foot about its link's origin, mean over the same steps
};

/// A connected stream socket. Every function throws std::runtime_error when the other side is gone.
class Link
{
public:
  ~Link();

  /// Connect to the socket at `path`, say who we are, and wait for the answer; throws with the reason of a refusal.
  void open(const std::string &path, const Hello &hello);
  void receive(Command &command);
  void send(const State &state);

private:
  void write_all(const void *data, std::size_t size);
  void read_all(void *data, std::size_t size);

  int socket_ = -1;
  std::vector<unsigned char> buffer_;
};
}  // namespace robot_trials
