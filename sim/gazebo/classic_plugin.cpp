// World plugin for Gazebo Classic 11: lets the control process drive the robot, two physics steps at a time.
#include <functional>
#include <memory>

#include <gazebo/common/Plugin.hh>
#include <gazebo/gazebo.hh>
#include <gazebo/physics/physics.hh>

#include "grasp.hpp"
#include "settings.hpp"

namespace robot_trials
{
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
    const auto robot_name = sdf_->Get<std::string>("robot");
    robot_ = require("robot", robot_name, world_->ModelByName(robot_name));
    hello_ = read_settings(sdf_);
    hello_.simulator = std::string("gazebo ") + GAZEBO_VERSION_FULL + " " + world_->Physics()->GetType();
    hello_.step_ns = std::llround(world_->Physics()->GetMaxStepSize() * 1e9);
    for (const auto &name : hello_.joints)
    {
      joints_.push_back(require("joint", name, robot_->GetJoint(name)));
      hello_.torque_limits.push_back(joints_.back()->GetEffortLimit(0));
      hello_.position_limits.push_back({joints_.back()->LowerLimit(0), joints_.back()->UpperLimit(0)});
    }
    bodies_ = find_links(hello_.bodies);
    feet_ = find_links(hello_.feet);
    hands_ = find_links(hello_.hands);
    for (const auto &name : hello_.figures)
      figures_.push_back(require("figure", name, world_->ModelByName(name)));
    shown_.resize(figures_.size());
    world_->Physics()->GetContactManager()->SetNeverDropContacts(true);
    find_rotors();
    make_room(hello_, command_, state_);
    link_.open(sdf_->Get<std::string>("socket"), hello_);
  }

  std::vector<gazebo::physics::LinkPtr> find_links(const std::vector<std::string> &names)
  {
    std::vector<gazebo::physics::LinkPtr> links;
    for (const auto &name : names)
    {
      const auto link = boost::dynamic_pointer_cast<gazebo::physics::Link>(world_->EntityByName(name));
      links.push_back(require("link", name, link));
    }
    return links;
  }

  /// Rotors that lie in a joint's child link although they turn with the joint: `<rotor joint="..." inertia="..."/>`.
  void find_rotors()
  {
    for (auto element = sdf_->HasElement("rotor") ? sdf_->GetElement("rotor") : nullptr; element;
         element = element->GetNextElement("rotor"))
    {
      const auto name = element->Get<std::string>("joint");
      const auto joint = require("joint", name, robot_->GetJoint(name));
      rotors_.push_back({joint, joint->GetChild(), joint->GetParent(), element->Get<double>("inertia")});
    }
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
