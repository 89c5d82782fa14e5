#include "protocol.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iomanip>
#include <sstream>
#include <stdexcept>

namespace robot_trials
{
namespace
{
template <typename Value> void put(std::ostream &out, const Value &value) { out << value; }
void put(std::ostream &out, const std::string &text) { out << std::quoted(text); }
void put(std::ostream &out, const std::array<double, 2> &range) { out << '[' << range[0] << ", " << range[1] << ']'; }

template <typename Value> void put(std::ostream &out, const char *key, const std::vector<Value> &values)
{
  out << ", \"" << key << "\": [";
  for (std::size_t i = 0; i < values.size(); ++i)
  {
    out << (i ? ", " : "");
    put(out, values[i]);
  }
  out << ']';
}

/// The hello as one line of JSON.
std::string to_json(const Hello &hello)
{
  std::ostringstream out;
  out << std::setprecision(17) << "{\"protocol\": " << kProtocolVersion << ", \"simulator\": ";
  put(out, hello.simulator);
  out << ", \"step_ns\": " << hello.step_ns << ", \"steps_per_exchange\": " << hello.steps_per_exchange;
  put(out, "joints", hello.joints);
  put(out, "torque_limits", hello.torque_limits);
  put(out, "position_limits", hello.position_limits);
  put(out, "bodies", hello.bodies);
  put(out, "feet", hello.feet);
  put(out, "hands", hello.hands);
  put(out, "figures", hello.figures);
  out << "}\n";
  return out.str();
}

template <typename Value> std::size_t size_of(const std::vector<Value> &values)
{
  return values.size() * sizeof(Value);
}

template <typename Value> void take(const unsigned char *&from, Value &value)
{
  std::memcpy(&value, from, sizeof(Value));
  from += sizeof(Value);
}

template <typename Value> void take(const unsigned char *&from, std::vector<Value> &values)
{
  std::memcpy(values.data(), from, size_of(values));
  from += size_of(values);
}

template <typename Value> void append(std::vector<unsigned char> &to, const Value &value)
{
  const auto *bytes = reinterpret_cast<const unsigned char *>(&value);
  to.insert(to.end(), bytes, bytes + sizeof(Value));
}

template <typename Value> void append(std::vector<unsigned char> &to, const std::vector<Value> &values)
{
  const auto *bytes = reinterpret_cast<const unsigned char *>(values.data());
  to.insert(to.end(), bytes, bytes + size_of(values));
}
}  // namespace

Link::~Link()
{
  if (socket_ >= 0)
    ::close(socket_);
}

void Link::open(const std::string &path, const Hello &hello)
{
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    throw std::runtime_error("socket path is too long: " + path);
  std::strcpy(address.sun_path, path.c_str());
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0 || ::connect(socket_, reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0)
    throw std::runtime_error("cannot connect to the control process at " + path + ": " + std::strerror(errno));
  const std::string line = to_json(hello);
  write_all(line.data(), line.size());
  std::string answer;
  for (char letter = 0; letter != '\n'; answer += letter)
    read_all(&letter, 1);
  if (answer != "accepted\n")
    throw std::runtime_error("the control process refused: " + answer);
}

void Link::receive(Command &command)
{
  buffer_.resize(2 * sizeof(std::uint64_t) + size_of(command.drives) + size_of(command.posture) +
                 size_of(command.body_poses) + size_of(command.body_twists) + size_of(command.body_wrenches) +
                 size_of(command.welds) + size_of(command.figures));
  read_all(buffer_.data(), buffer_.size());
  const unsigned char *from = buffer_.data();
  take(from, command.tick);
  take(from, command.placed);
  take(from, command.drives);
  take(from, command.posture);
  take(from, command.body_poses);
  take(from, command.body_twists);
  take(from, command.body_wrenches);
  take(from, command.welds);
  take(from, command.figures);
}

void Link::send(const State &state)
{
  buffer_.clear();
  append(buffer_, state.tick);
  append(buffer_, state.time_ns);
  append(buffer_, state.position);
  append(buffer_, state.velocity);
  append(buffer_, state.torque);
  append(buffer_, state.body_poses);
  append(buffer_, state.body_twists);
  append(buffer_, state.body_rate);
  append(buffer_, state.foot_wrenches);
  write_all(buffer_.data(), buffer_.size());
}

void Link::write_all(const void *data, std::size_t size)
{
  const auto *bytes = static_cast<const unsigned char *>(data);
  while (size > 0)
  {
    const ssize_t count = ::send(socket_, bytes, size, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      throw std::runtime_error("the control process is gone");
    bytes += count;
    size -= count;
  }
}

void Link::read_all(void *data, std::size_t size)
{
  auto *bytes = static_cast<unsigned char *>(data);
  while (size > 0)
  {
    const ssize_t count = ::recv(socket_, bytes, size, 0);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      throw std::runtime_error("the control process is gone");
    bytes += count;
    size -= count;
  }
}
}  // namespace robot_trials
