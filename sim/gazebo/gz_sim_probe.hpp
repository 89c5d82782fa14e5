// A link of gz-sim: its motion as physics has it, what pushes it, and what it stands on.
#pragma once

#include <gz/msgs/Utility.hh>
#include <gz/sim/EntityComponentManager.hh>
#include <gz/sim/Link.hh>
#include <gz/sim/components/AngularVelocity.hh>
#include <gz/sim/components/ContactSensorData.hh>
#include <gz/sim/components/ExternalWorldWrenchCmd.hh>
#include <gz/sim/components/Inertial.hh>
#include <gz/sim/components/LinearVelocity.hh>
#include <gz/sim/components/ParentEntity.hh>
#include <gz/sim/components/Pose.hh>

#include "math.hpp"

namespace robot_trials
{
using Components = gz::sim::EntityComponentManager;
using gz::sim::Entity;

/// Reads a link through a child entity at its origin: a link's own components are left as they are while it has moved
/// less than 1 µm since they were written, velocities too; a child's follow every step.
class LinkProbe
{
public:
  LinkProbe(Components &components, Entity link) : link_(link), probe_(components.CreateEntity())
  {
    namespace component = gz::sim::components;
    components.CreateComponent(probe_, component::ParentEntity(link));
    components.SetParentEntity(probe_, link);
    components.CreateComponent(probe_, component::Pose(Pose3d::Zero));
    components.CreateComponent(probe_, component::WorldPose(Pose3d::Zero));
    components.CreateComponent(probe_, component::WorldLinearVelocity(Vector3d::Zero));
    components.CreateComponent(probe_, component::WorldAngularVelocity(Vector3d::Zero));
    if (!components.Component<component::ExternalWorldWrenchCmd>(link))
      components.CreateComponent(link, component::ExternalWorldWrenchCmd());
  }

  Entity link() const { return link_; }

  const Pose3d &pose(const Components &components) const
  {
    return components.Component<gz::sim::components::WorldPose>(probe_)->Data();
  }

  /// Of the link's origin.
  const Vector3d &linear(const Components &components) const
  {
    return components.Component<gz::sim::components::WorldLinearVelocity>(probe_)->Data();
  }

  const Vector3d &angular(const Components &components) const
  {
    return components.Component<gz::sim::components::WorldAngularVelocity>(probe_)->Data();
  }

  Vector3d velocity_at(const Components &components, const Vector3d &point) const
  {
    return linear(components) + angular(components).Cross(point - pose(components).Pos());
  }

  Vector3d com(const Components &components) const
  {
    const auto &inertial = components.Component<gz::sim::components::Inertial>(link_)->Data();
    return pose(components).CoordPositionAdd(inertial.Pose().Pos());
  }

  /// Believe this until the next step.
  void set(Components &components, const Pose3d &pose, const Vector3d &linear, const Vector3d &angular) const
  {
    components.SetComponentData<gz::sim::components::WorldPose>(probe_, pose);
    components.SetComponentData<gz::sim::components::WorldLinearVelocity>(probe_, linear);
    components.SetComponentData<gz::sim::components::WorldAngularVelocity>(probe_, angular);
  }

  /// A force at `point` and a torque during the next step, beside what pushes already.
  void push(Components &components, const Vector3d &force, const Vector3d &torque, const Vector3d &point) const
  {
    auto &wrench = components.Component<gz::sim::components::ExternalWorldWrenchCmd>(link_)->Data();
    const Vector3d about_origin = torque + (point - pose(components).Pos()).Cross(force);
    gz::msgs::Set(wrench.mutable_force(), gz::msgs::Convert(wrench.force()) + force);
    gz::msgs::Set(wrench.mutable_torque(), gz::msgs::Convert(wrench.torque()) + about_origin);
  }

  /// Sum of all contacts' forces, about the origin. A contact does not say on which of its two bodies its force acts:
  /// the ground pushes a body towards its inside.
  Twist read_ground(const Components &components) const
  {
    Vector3d force, torque;
    const Vector3d inside = com(components), origin = pose(components).Pos();
    for (const auto collision : gz::sim::Link(link_).Collisions(components))
      for (const auto &contact : contacts_of(components, collision))
        for (int k = 0; k < contact.wrench_size(); ++k)
        {
          const auto point = gz::msgs::Convert(contact.position(k));
          auto normal = gz::msgs::Convert(contact.normal(k));
          auto push = gz::msgs::Convert(contact.wrench(k).body_1_wrench().force());
          normal *= normal.Dot(inside - point) < 0.0 ? -1.0 : 1.0;
          push *= normal.Dot(push) < 0.0 ? -1.0 : 1.0;
          force += push;
          torque += (point - origin).Cross(push);
        }
    return to_twist(force, torque);
  }

private:
  static const google::protobuf::RepeatedPtrField<gz::msgs::Contact> &contacts_of(
      const Components &components, Entity collision)
  {
    static const google::protobuf::RepeatedPtrField<gz::msgs::Contact> none;
    const auto *data = components.Component<gz::sim::components::ContactSensorData>(collision);
    return data ? data->Data().contact() : none;
  }

  Entity link_, probe_;
};
}  // namespace robot_trials
