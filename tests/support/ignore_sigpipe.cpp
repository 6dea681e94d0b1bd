// Part of every test program: what uses sockets here ignores SIGPIPE in its main(), as hiredis demands, and so must the tests.

#include <csignal>

namespace {

[[maybe_unused]] const auto replaced = std::signal(SIGPIPE, SIG_IGN);

}  // namespace
