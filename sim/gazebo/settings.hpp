// What both plugins do alike: read their element of the world, make room for what goes over the link, end on errors.
#pragma once

#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol.hpp"

namespace robot_trials
{
/// Texts of all children called `key` of an SDF element.
template <typename ElementPtr> std::vector<std::string> read_names(const ElementPtr &sdf, const std::string &key)
{
  std::vector<std::string> names;
  for (auto element = sdf->GetFirstElement(); element; element = element->GetNextElement())
    if (element->GetName() == key)
      names.push_back(element->template Get<std::string>());
  return names;
}

/// The hello as far as the plugin's element says it; limits and simulator are still missing.
template <typename ElementPtr> Hello read_settings(const ElementPtr &sdf)
{
  Hello hello;
  hello.steps_per_exchange = sdf->template Get<int>("steps_per_exchange");
  hello.joints = read_names(sdf, "joint");
  hello.bodies = read_names(sdf, "body");
  hello.feet = read_names(sdf, "foot");
  hello.hands = read_names(sdf, "hand");
  hello.figures = read_names(sdf, "figure");
  return hello;
}

inline void make_room(const Hello &hello, Command &command, State &state)
{
  const auto nu = hello.joints.size(), nb = hello.bodies.size();
  command.drives.resize(nu);
  command.posture.resize(nu);
  command.body_poses.resize(nb);
  command.body_twists.resize(nb);
  command.body_wrenches.resize(nb);
  command.welds.resize(hello.hands.size());
  command.figures.resize(hello.figures.size());
  state.position.resize(nu);
  state.velocity.resize(nu);
  state.torque.resize(nu);
  state.body_poses.resize(nb);
  state.body_twists.resize(nb);
  state.foot_wrenches.resize(hello.feet.size());
}

/// `thing`, if the world has it.
template <typename Thing> Thing require(const char *kind, const std::string &name, Thing thing)
{
  if (!thing)
    throw std::runtime_error(std::string("the world has no ") + kind + " " + name);
  return thing;
}

/// Whatever goes wrong ends the simulator: without the other side there is nothing to simulate.
template <typename Work> void guard(const Work &work)
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
}  // namespace robot_trials
