// The robot's fingers on the torch, as a stiff critically damped spring between hand and torch.
#pragma once

#include <algorithm>
#include <utility>

#include "math.hpp"

namespace robot_trials
{
/// Torch and hand in world axes; offset, turn and velocities are the hand's less the torch's.
struct GraspState
{
  double mass = 0.0;  // [kg]
  Vector3d moments;  // principal moments of inertia in the torch's axes [kg·m²]
  Quaterniond rotation;  // of the torch
  Vector3d offset, velocity;  // of its centre of mass [m], [m/s]
  Quaterniond turn;
  Vector3d angular_velocity;  // [rad/s]
};

constexpr double kGraspTime = 0.012;  // time constant of the spring [s]: twelve physics steps

/// Force [N] and torque [N·m] on the torch at its centre of mass, world axes.
inline std::pair<Vector3d, Vector3d> compute_grasp(const GraspState &state, double firmness)
{
  const double stiffness = firmness / (kGraspTime * kGraspTime), damping = 2.0 * firmness / kGraspTime;
  const Vector3d force = state.mass * (stiffness * state.offset + damping * state.velocity);
  const auto &q = state.turn;
  const Vector3d small_turn = Vector3d(q.X(), q.Y(), q.Z()) * (q.W() < 0.0 ? -2.0 : 2.0);
  const Vector3d wanted = stiffness * small_turn + damping * state.angular_velocity;
  const Vector3d torque = state.rotation.RotateVector(state.moments * state.rotation.RotateVectorReverse(wanted));
  return {force, torque};
}
}  // namespace robot_trials
