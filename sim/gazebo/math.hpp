// Vectors and poses of whichever Gazebo the plugin is built for, and the protocol's values as such.
#pragma once

#ifdef ROBOT_TRIALS_GZ_SIM
#include <gz/math/Pose3.hh>
#include <gz/math/Quaternion.hh>
#include <gz/math/Vector3.hh>
namespace robot_trials::math
{
using namespace gz::math;
}
#else
#include <ignition/math/Pose3.hh>
#include <ignition/math/Quaternion.hh>
#include <ignition/math/Vector3.hh>
namespace robot_trials::math
{
using namespace ignition::math;
}
#endif

#include "protocol.hpp"

namespace robot_trials
{
using math::Pose3d;
using math::Quaterniond;
using math::Vector3d;

inline Pose3d to_pose(const PoseValues &p)
{
  return Pose3d(Vector3d(p[0], p[1], p[2]), Quaterniond(p[3], p[4], p[5], p[6]));
}

inline PoseValues to_values(const Pose3d &pose)
{
  const auto &p = pose.Pos();
  const auto &q = pose.Rot();
  return {p.X(), p.Y(), p.Z(), q.W(), q.X(), q.Y(), q.Z()};
}

inline Twist to_twist(const Vector3d &linear, const Vector3d &angular)
{
  return {linear.X(), linear.Y(), linear.Z(), angular.X(), angular.Y(), angular.Z()};
}
}  // namespace robot_trials
