// World plugin for Gazebo Classic 11: lets the control process drive the robot, two physics steps at a time.
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>

#include <gazebo/common/Plugin.hh>
#include <gazebo/gazebo.hh>
#include <gazebo/physics/physics.hh>

#include "grasp.hpp"
#include "protocol.hpp"

namespace robot_trials
{
using ignition::math::Pose3d;
using ignition::math::Quaterniond;
using ignition::math::Vector3d;

namespace
{
Pose3d to_pose(const PoseValues &p) { return Pose3d({p[0], p[1], p[2]}, Quaterniond(p[3], p[4], p[5], p[6])); }

PoseValues to_values(const Pose3d &pose)
{
  const auto &p = pose.Pos();
  const auto &q = pose.Rot();
  return {p.X(), p.Y(), p.Z(), q.W(), q.X(), q.Y(), q.Z()};
}

Twist to_twist(const Vector3d &linear, const Vector3d &angular)
{
  return {linear.X(), linear.Y(), linear.Z(), angular.X(), angular.Y(), angular.Z()};
}

std::vector<std::string> read_names(const sdf::ElementPtr &sdf, const std::string &key)
{
  std::vector<std::string> names;
  for (auto element = sdf->HasElement(key) ? sdf->GetElement(key) : nullptr; element;
       element = element->GetNextElement(key))
    names.push_back(element->Get<std::string>());
  return names;
}
}  // namespace

class ControlLink : public gazebo::WorldPlugin
{
public:
  void Load(gazebo::physics::WorldPtr world, sdf::ElementPtr sdf) override
  {
    world_ = world;
    sdf_ = sdf->Clone();
    connection_ = gazebo::event::Events::ConnectWorldUpdateBegin(
        [this](const gazebo::common::UpdateInfo &) { guard([this] { update(); }); });
  }

private:
  /// Whatever goes wrong ends the simulator: without the other side there is nothing to simulate.
  void guard(const std::function<void()> &work)
  {
    try
    {
      work();
    }
    catch (const std::exception &error)
    {
      std::cerr << "robot_trials plugin: " << error.what() << std::endl;
      std::_Exit(3);
    }
  }

  void update()
  {
    if (hello_.joints.empty())
      start();
    if (step_ > 0)
      feel();
    if (step_ == hello_.steps_per_exchange)
    {
      send();
      step_ = 0;
    }
    if (step_ == 0)
      receive();
    ++step_;
    drive();
  }

  void start()
  {
    auto robot = world_->ModelByName(sdf_->Get<std::string>("robot"));
    hello_.simulator = std::string("gazebo ") + GAZEBO_VERSION_FULL + " " + world_->Physics()->GetType();
    hello_.step_ns = std::llround(world_->Physics()->GetMaxStepSize() * 1e9);
    hello_.steps_per_exchange = sdf_->Get<int>("steps_per_exchange");
    for (const auto &name : read_names(sdf_, "joint"))
    {
      joints_.push_back(find("joint", name, robot->GetJoint(name)));
      hello_.joints.push_back(name);
      hello_.torque_limits.push_back(joints_.back()->GetEffortLimit(0));
      hello_.position_limits.push_back({joints_.back()->LowerLimit(0), joints_.back()->UpperLimit(0)});
    }
    hello_.bodies = find_links("body", bodies_);
    hello_.feet = find_links("foot", feet_);
    hello_.hands = find_links("hand", hands_);
    hello_.figures = read_names(sdf_, "figure");
    for (const auto &name : hello_.figures)
      figures_.push_back(find("figure", name, world_->ModelByName(name)));
    robot_ = robot;
    world_->Physics()->GetContactManager()->SetNeverDropContacts(true);
    find_rotors();
    make_room();
    link_.open(sdf_->Get<std::string>("socket"), hello_);
  }

  template <typename Thing> Thing find(const char *kind, const std::string &name, Thing thing)
  {
    if (!thing)
      throw std::runtime_error(std::string("the world has no ") + kind + " " + name);
    return thing;
  }

  std::vector<std::string> find_links(const std::string &key, std::vector<gazebo::physics::LinkPtr> &links)
  {
    const auto names = read_names(sdf_, key);
    for (const auto &name : names)
      links.push_back(find("link", name, boost::dynamic_pointer_cast<gazebo::physics::Link>(world_->EntityByName(name))));
    return names;
  }

  /// Rotors that lie in a joint's child link although they turn with the joint: `<rotor joint="..." inertia="..."/>`.
  void find_rotors()
  {
    for (auto element = sdf_->HasElement("rotor") ? sdf_->GetElement("rotor") : nullptr; element;
         element = element->GetNextElement("rotor"))
    {
      const auto name = element->Get<std::string>("joint");
      const auto joint = find("joint", name, robot_joint(name));
      rotors_.push_back({joint, joint->GetChild(), joint->GetParent(), element->Get<double>("inertia")});
    }
  }

  gazebo::physics::JointPtr robot_joint(const std::string &name)
  {
    return world_->ModelByName(sdf_->Get<std::string>("robot"))->GetJoint(name);
  }

  void make_room()
  {
    const auto nu = joints_.size(), nb = bodies_.size();
    command_.drives.resize(nu);
    command_.posture.resize(nu);
    command_.body_poses.resize(nb);
    command_.body_twists.resize(nb);
    command_.body_wrenches.resize(nb);
    command_.welds.resize(hands_.size());
    command_.figures.resize(figures_.size());
    state_.position.resize(nu);
    state_.velocity.resize(nu);
    state_.torque.resize(nu);
    state_.body_poses.resize(nb);
    state_.body_twists.resize(nb);
    state_.foot_wrenches.resize(feet_.size());
    shown_.resize(figures_.size());
  }

  void receive()
  {
    link_.receive(command_);
    for (std::size_t i = 0; i < bodies_.size(); ++i)
      if (command_.placed >> i & 1)
        place(i);
    for (std::size_t i = 0; i < figures_.size(); ++i)
    {
      if (command_.figures[i] == shown_[i])
        continue;
      shown_[i] = command_.figures[i];
      figures_[i]->SetWorldPose(to_pose(shown_[i]));
    }
  }

  void place(std::size_t index)
  {
    const auto &twist = command_.body_twists[index];
    auto &body = bodies_[index];
    if (index == 0)
      for (std::size_t i = 0; i < joints_.size(); ++i)
      {
        joints_[i]->SetPosition(0, command_.posture[i]);
        joints_[i]->SetVelocity(0, 0.0);
      }
    body->GetModel()->SetLinkWorldPose(to_pose(command_.body_poses[index]), body);
    body->SetLinearVel({twist[0], twist[1], twist[2]});
    body->SetAngularVel({twist[3], twist[4], twist[5]});
  }

  /// One physics step's torques and forces.
  void drive()
  {
    for (std::size_t i = 0; i < joints_.size(); ++i)
    {
      const auto &drive = command_.drives[i];
      const double wanted = drive.constant + drive.position * joints_[i]->Position(0) +
                            drive.velocity * joints_[i]->GetVelocity(0);
      const double limit = hello_.torque_limits[i];
      state_.torque[i] = std::min(std::max(wanted, -limit), limit);
      joints_[i]->SetForce(0, state_.torque[i]);
    }
    for (auto &rotor : rotors_)
      turn(rotor);
    for (std::size_t i = 0; i < bodies_.size(); ++i)
      push(*bodies_[i], command_.body_wrenches[i]);
    for (std::size_t i = 0; i < hands_.size(); ++i)
      if (command_.welds[i].firmness > 0.0)
        hold(*hands_[i], *bodies_[1], command_.welds[i]);
  }

  struct Rotor
  {
    gazebo::physics::JointPtr joint;
    gazebo::physics::LinkPtr child, parent;
    double inertia;  // [kg·m²]
    double child_rate = 0.0, parent_rate = 0.0;  // about the axis, at the step before [rad/s]
  };

  /// A rotor turns with its joint, not with the child link that carries its inertia: what the parent's turning makes
  /// of that is given back, and what turns the rotor is braced against the parent.
  void turn(Rotor &rotor)
  {
    const Vector3d axis = rotor.joint->GlobalAxis(0);
    const double dt = 1e-9 * hello_.step_ns;
    const double child = axis.Dot(rotor.child->WorldAngularVel()), parent = axis.Dot(rotor.parent->WorldAngularVel());
    const double child_change = (child - rotor.child_rate) / dt, parent_change = (parent - rotor.parent_rate) / dt;
    rotor.child_rate = child;
    rotor.parent_rate = parent;
    rotor.child->AddTorque(rotor.inertia * parent_change * axis);
    rotor.parent->AddTorque(rotor.inertia * (child_change - parent_change) * axis);
  }

  void push(gazebo::physics::Link &link, const Twist &wrench)
  {
    if (wrench == Twist{})
      return;
    link.AddForceAtWorldPosition({wrench[0], wrench[1], wrench[2]}, link.WorldCoGPose().Pos());
    link.AddTorque({wrench[3], wrench[4], wrench[5]});
  }

  void hold(gazebo::physics::Link &hand, gazebo::physics::Link &torch, const Weld &weld)
  {
    const auto inertial = torch.GetInertial();
    const Pose3d wanted = to_pose(weld.pose) + hand.WorldPose();
    const Vector3d com = torch.WorldCoGPose().Pos();
    const Vector3d wanted_com = wanted.CoordPositionAdd(inertial->CoG());
    GraspState grasp;
    grasp.mass = inertial->Mass();
    grasp.moments = inertial->PrincipalMoments();
    grasp.rotation = torch.WorldPose().Rot();
    grasp.offset = wanted_com - com;
    grasp.turn = wanted.Rot() * grasp.rotation.Inverse();
    grasp.angular_velocity = hand.WorldAngularVel() - torch.WorldAngularVel();
    grasp.velocity = hand.WorldLinearVel() + hand.WorldAngularVel().Cross(wanted_com - hand.WorldPose().Pos()) -
                     torch.WorldCoGLinearVel();
    const auto [force, torque] = compute_grasp(grasp, weld.firmness);
    torch.AddForceAtWorldPosition(force, com);
    torch.AddTorque(torque);
    hand.AddForceAtWorldPosition(-force, com);
    hand.AddTorque(-torque);
  }

  void send()
  {
    state_.tick = command_.tick;
    state_.time_ns = std::llround(world_->SimTime().Double() * 1e9);
    for (std::size_t i = 0; i < joints_.size(); ++i)
    {
      state_.position[i] = joints_[i]->Position(0);
      state_.velocity[i] = joints_[i]->GetVelocity(0);
    }
    for (std::size_t i = 0; i < bodies_.size(); ++i)
      state_.body_poses[i] = to_values(bodies_[i]->WorldPose());
    for (std::size_t i = 0; i < bodies_.size(); ++i)
      state_.body_twists[i] = to_twist(bodies_[i]->WorldLinearVel(), bodies_[i]->WorldAngularVel());
    link_.send(state_);
    state_.body_rate = {};
    std::fill(state_.foot_wrenches.begin(), state_.foot_wrenches.end(), Twist{});
  }

  /// Add up what sensors feel of the physics step that is over; an exchange sends the mean.
  void feel()
  {
    const double share = 1.0 / hello_.steps_per_exchange;
    const Vector3d rate = bodies_[0]->WorldAngularVel();
    for (int axis = 0; axis < 3; ++axis)
      state_.body_rate[axis] += share * rate[axis];
    for (std::size_t i = 0; i < feet_.size(); ++i)
    {
      const Twist wrench = read_ground(feet_[i]);
      for (std::size_t k = 0; k < wrench.size(); ++k)
        state_.foot_wrenches[i][k] += share * wrench[k];
    }
  }

  /// Sum of all contacts on a foot; Gazebo gives them about the links' centres of mass. What stands on something
  /// static is the contact's first body, whichever of the two collisions is named first.
  Twist read_ground(const gazebo::physics::LinkPtr &foot)
  {
    Vector3d force, torque;
    const auto *contacts = world_->Physics()->GetContactManager();
    for (unsigned int c = 0; c < contacts->GetContactCount(); ++c)
    {
      const auto &contact = *contacts->GetContacts()[c];
      const auto one = contact.collision1->GetLink(), other = contact.collision2->GetLink();
      if (one != foot && other != foot)
        continue;
      const bool first = one == foot || one->IsStatic();
      for (int k = 0; k < contact.count; ++k)
      {
        force += first ? contact.wrench[k].body1Force : contact.wrench[k].body2Force;
        torque += first ? contact.wrench[k].body1Torque : contact.wrench[k].body2Torque;
      }
    }
    torque += (foot->WorldCoGPose().Pos() - foot->WorldPose().Pos()).Cross(force);
    return to_twist(force, torque);
  }

  gazebo::physics::WorldPtr world_;
  gazebo::physics::ModelPtr robot_;
  sdf::ElementPtr sdf_;
  gazebo::event::ConnectionPtr connection_;
  std::vector<gazebo::physics::JointPtr> joints_;
  std::vector<gazebo::physics::LinkPtr> bodies_, feet_, hands_;
  std::vector<gazebo::physics::ModelPtr> figures_;
  std::vector<PoseValues> shown_;
  std::vector<Rotor> rotors_;
  Hello hello_;
  Command command_;
  State state_;
  Link link_;
  int step_ = 0;
};

GZ_REGISTER_WORLD_PLUGIN(ControlLink)
}  // namespace robot_trials
