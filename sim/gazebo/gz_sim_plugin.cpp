// World system for gz-sim 8 (Harmonic): lets the control process drive the robot, two physics steps at a time.
#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <gz/msgs/Utility.hh>
#include <gz/plugin/Register.hh>
#include <gz/sim/EntityComponentManager.hh>
#include <gz/sim/Link.hh>
#include <gz/sim/Model.hh>
#include <gz/sim/System.hh>
#include <gz/sim/World.hh>
#include <gz/sim/components/AngularVelocity.hh>
#include <gz/sim/components/AngularVelocityCmd.hh>
#include <gz/sim/components/ContactSensorData.hh>
#include <gz/sim/components/ExternalWorldWrenchCmd.hh>
#include <gz/sim/components/Inertial.hh>
#include <gz/sim/components/JointAxis.hh>
#include <gz/sim/components/JointForceCmd.hh>
#include <gz/sim/components/JointPosition.hh>
#include <gz/sim/components/JointPositionReset.hh>
#include <gz/sim/components/JointVelocity.hh>
#include <gz/sim/components/JointVelocityReset.hh>
#include <gz/sim/components/LinearVelocity.hh>
#include <gz/sim/components/LinearVelocityCmd.hh>
#include <gz/sim/components/ParentEntity.hh>
#include <gz/sim/components/Physics.hh>
#include <gz/sim/components/Pose.hh>
#include <gz/sim/components/PoseCmd.hh>
#include <gz/sim/config.hh>

#include "gz_sim_probe.hpp"
#include "grasp.hpp"
#include "settings.hpp"

namespace robot_trials
{
class ControlLink : public gz::sim::System, public gz::sim::ISystemConfigure, public gz::sim::ISystemPreUpdate
{
public:
  void Configure(const Entity &world, const std::shared_ptr<const sdf::Element> &sdf, Components &,
                 gz::sim::EventManager &) override
  {
    world_ = world;
    sdf_ = sdf->Clone();
  }

  /// Before each step: the components still hold what the step before has led to.
  void PreUpdate(const gz::sim::UpdateInfo &info, Components &components) override
  {
    if (!info.paused)
      guard([&] { update(info, components); });
  }

private:
  void update(const gz::sim::UpdateInfo &info, Components &components)
  {
    if (hello_.joints.empty())
      start(info, components);
    forget_commands(components);
    read_joints(components);
    if (step_ > 0)
      feel(components);
    if (step_ == hello_.steps_per_exchange)
    {
      send(info, components);
      step_ = 0;
    }
    if (step_ == 0)
      receive(components);
    ++step_;
    drive(components);
  }

  void start(const gz::sim::UpdateInfo &info, Components &components)
  {
    const auto *physics = components.Component<gz::sim::components::Physics>(world_);
    hello_ = read_settings(sdf_);
    hello_.simulator = "gz-sim " GZ_SIM_VERSION_FULL + (physics ? " " + physics->Data().EngineType() : "");
    hello_.step_ns = std::chrono::nanoseconds(info.dt).count();
    const auto robot_name = sdf_->Get<std::string>("robot");
    const gz::sim::Model robot(find_model(components, robot_name));
    for (const auto &name : hello_.joints)
    {
      joints_.push_back(require("joint", name, robot.JointByName(components, name)));
      const auto &axis = components.Component<gz::sim::components::JointAxis>(joints_.back())->Data();
      hello_.torque_limits.push_back(axis.Effort());
      hello_.position_limits.push_back({axis.Lower(), axis.Upper()});
      components.CreateComponent(joints_.back(), gz::sim::components::JointPosition({0.0}));
      components.CreateComponent(joints_.back(), gz::sim::components::JointVelocity({0.0}));
      components.CreateComponent(joints_.back(), gz::sim::components::JointForceCmd({0.0}));
    }
    bodies_ = find_links(components, hello_.bodies);
    feet_ = find_links(components, hello_.feet);
    hands_ = find_links(components, hello_.hands);
    for (const auto &foot : feet_)
      for (const auto collision : gz::sim::Link(foot.link()).Collisions(components))
        components.CreateComponent(collision, gz::sim::components::ContactSensorData());
    for (const auto &name : hello_.figures)
      figures_.push_back(find_model(components, name));
    shown_.resize(figures_.size());
    make_room(hello_, command_, state_);
    link_.open(sdf_->Get<std::string>("socket"), hello_);
  }

  Entity find_model(const Components &components, const std::string &name) const
  {
    return require("model", name, gz::sim::World(world_).ModelByName(components, name));
  }

  std::vector<LinkProbe> find_links(Components &components, const std::vector<std::string> &names) const
  {
    std::vector<LinkProbe> links;
    for (const auto &name : names)
    {
      const auto split = name.find("::");
      const gz::sim::Model model(find_model(components, name.substr(0, split)));
      links.emplace_back(components, require("link", name, model.LinkByName(components, name.substr(split + 2))));
    }
    return links;
  }

  void receive(Components &components)
  {
    link_.receive(command_);
    for (std::size_t i = 0; i < bodies_.size(); ++i)
      if (command_.placed >> i & 1)
        place(components, i);
    for (std::size_t i = 0; i < figures_.size(); ++i)
    {
      if (command_.figures[i] == shown_[i])
        continue;
      shown_[i] = command_.figures[i];
      move(components, figures_[i], to_pose(shown_[i]));
    }
  }

  void place(Components &components, std::size_t index)
  {
    namespace component = gz::sim::components;
    const auto &body = bodies_[index];
    const auto &twist = command_.body_twists[index];
    if (index == 0)
      for (std::size_t i = 0; i < joints_.size(); ++i)
      {
        components.SetComponentData<component::JointPositionReset>(joints_[i], {command_.posture[i]});
        components.SetComponentData<component::JointVelocityReset>(joints_[i], {0.0});
        state_.position[i] = command_.posture[i];
        state_.velocity[i] = 0.0;
      }
    const Pose3d pose = to_pose(command_.body_poses[index]);
    const auto model = components.ParentEntity(body.link());
    const auto before = components.Component<component::Pose>(model)->Data().Rot();  // physics turns velocities by it
    const Vector3d linear(twist[0], twist[1], twist[2]), angular(twist[3], twist[4], twist[5]);
    move(components, model, pose * components.Component<component::Pose>(body.link())->Data().Inverse());
    components.SetComponentData<component::LinearVelocityCmd>(model, before.RotateVectorReverse(linear));
    components.SetComponentData<component::AngularVelocityCmd>(model, before.RotateVectorReverse(angular));
    body.set(components, pose, linear, angular);
  }

  void move(Components &components, Entity model, const Pose3d &pose)
  {
    components.SetComponentData<gz::sim::components::WorldPoseCmd>(model, pose);
    moved_.push_back(model);
  }

  /// Physics would carry out poses and velocities once more, the velocities as zero.
  void forget_commands(Components &components)
  {
    for (const auto model : moved_)
    {
      components.RemoveComponent<gz::sim::components::WorldPoseCmd>(model);
      components.RemoveComponent<gz::sim::components::LinearVelocityCmd>(model);
      components.RemoveComponent<gz::sim::components::AngularVelocityCmd>(model);
    }
    moved_.clear();
  }

  /// One physics step's torques and forces.
  void drive(Components &components)
  {
    for (std::size_t i = 0; i < joints_.size(); ++i)
    {
      const auto &drive = command_.drives[i];
      const double wanted =
          drive.constant + drive.position * state_.position[i] + drive.velocity * state_.velocity[i];
      const double limit = hello_.torque_limits[i];
      state_.torque[i] = std::min(std::max(wanted, -limit), limit);
      components.Component<gz::sim::components::JointForceCmd>(joints_[i])->Data()[0] = state_.torque[i];
    }
    for (std::size_t i = 0; i < bodies_.size(); ++i)
    {
      const auto &wrench = command_.body_wrenches[i];
      if (wrench != Twist{})
        bodies_[i].push(components, {wrench[0], wrench[1], wrench[2]}, {wrench[3], wrench[4], wrench[5]},
                        bodies_[i].com(components));
    }
    for (std::size_t i = 0; i < hands_.size(); ++i)
      if (command_.welds[i].firmness > 0.0)
        hold(components, hands_[i], bodies_[1], command_.welds[i]);
  }

  void hold(Components &components, const LinkProbe &hand, const LinkProbe &torch, const Weld &weld)
  {
    const auto &inertial = components.Component<gz::sim::components::Inertial>(torch.link())->Data();
    const Pose3d hand_pose = hand.pose(components), torch_pose = torch.pose(components);
    const Pose3d wanted = hand_pose * to_pose(weld.pose);
    const Vector3d com = torch.com(components);
    const Vector3d wanted_com = wanted.CoordPositionAdd(inertial.Pose().Pos());
    GraspState grasp;
    grasp.mass = inertial.MassMatrix().Mass();
    grasp.moments = inertial.MassMatrix().DiagonalMoments();
    grasp.rotation = torch_pose.Rot();
    grasp.offset = wanted_com - com;
    grasp.turn = wanted.Rot() * grasp.rotation.Inverse();
    grasp.angular_velocity = hand.angular(components) - torch.angular(components);
    grasp.velocity = hand.velocity_at(components, wanted_com) - torch.velocity_at(components, com);
    const auto [force, torque] = compute_grasp(grasp, weld.firmness);
    torch.push(components, force, torque, com);
    hand.push(components, -force, -torque, com);
  }

  void send(const gz::sim::UpdateInfo &info, const Components &components)
  {
    state_.tick = command_.tick;
    state_.time_ns = std::chrono::nanoseconds(info.simTime - info.dt).count();
    for (std::size_t i = 0; i < bodies_.size(); ++i)
    {
      state_.body_poses[i] = to_values(bodies_[i].pose(components));
      state_.body_twists[i] = to_twist(bodies_[i].linear(components), bodies_[i].angular(components));
    }
    link_.send(state_);
    state_.body_rate = {};
    std::fill(state_.foot_wrenches.begin(), state_.foot_wrenches.end(), Twist{});
  }

  /// Add up what sensors feel of the physics step that is over; an exchange sends the mean.
  void feel(const Components &components)
  {
    const double share = 1.0 / hello_.steps_per_exchange;
    const Vector3d rate = bodies_[0].angular(components);
    for (int axis = 0; axis < 3; ++axis)
      state_.body_rate[axis] += share * rate[axis];
    for (std::size_t i = 0; i < feet_.size(); ++i)
    {
      const Twist wrench = feet_[i].read_ground(components);
      for (std::size_t k = 0; k < wrench.size(); ++k)
        state_.foot_wrenches[i][k] += share * wrench[k];
    }
  }

  void read_joints(const Components &components)
  {
    for (std::size_t i = 0; i < joints_.size(); ++i)
    {
      state_.position[i] = components.Component<gz::sim::components::JointPosition>(joints_[i])->Data()[0];
      state_.velocity[i] = components.Component<gz::sim::components::JointVelocity>(joints_[i])->Data()[0];
    }
  }

  Entity world_ = gz::sim::kNullEntity;
  sdf::ElementPtr sdf_;
  std::vector<Entity> joints_, figures_, moved_;
  std::vector<LinkProbe> bodies_, feet_, hands_;
  std::vector<PoseValues> shown_;
  Hello hello_;
  Command command_;
  State state_;
  Link link_;
  int step_ = 0;
};
}  // namespace robot_trials

GZ_ADD_PLUGIN(robot_trials::ControlLink, gz::sim::System, gz::sim::ISystemConfigure, gz::sim::ISystemPreUpdate)
