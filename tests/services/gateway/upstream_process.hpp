#pragma once

#include "support/child_process.hpp"

#include <sys/types.h>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace zhida::gateway {

/// A process that stands for one of a service: it speaks HTTP by hand, so that a test sees what really went over the wire. Killed with the
/// object.
///
/// | path | answer |
/// |---|---|
/// | `/readyz` | 200, or 503 when told so |
/// | `…/who` | its name |
/// | `…/echo` | the request's body, chunked if that was, else as long as that; `X-After: N`, how many bytes came after the body's end |
/// | `…/stream` | chunked: `one`, and when told to go on, `two` |
class UpstreamProcess {
 public:
  /// What it tells and is told while it runs.
  struct Shared {
    std::atomic<bool> ready{true};
    std::atomic<bool> dies{false};  ///< at the next request, before it answers
    std::atomic<bool> goes_on{false};
    std::atomic<int> requests{0};            ///< but for /readyz
    std::atomic<int> health_questions{0};    ///< /readyz
    std::atomic<std::uint64_t> received{0};  ///< bytes of bodies, as soon as they have come
  };

  explicit UpstreamProcess(std::string name);

  Shared& shared() { return *shared_; }
  std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }
  pid_t pid() const { return process_->pid(); }
  void kill() { process_->kill(); }

 private:
  std::shared_ptr<Shared> shared_;
  std::uint16_t port_ = 0;
  std::unique_ptr<test::ChildProcess> process_;
};

}  // namespace zhida::gateway
