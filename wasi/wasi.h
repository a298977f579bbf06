// WASI preview 1 for embedders: what a program is granted, and the imports that use it.
//
// A program gets nothing that its Config does not name: no file, argument, environment variable, clock, random byte or
// socket. Files are reached through granted directories only, and never outside them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decoder/base/error.h"
#include "wasi/host/beneath.h"
#include "wasi/host/clock.h"
#include "wasi/host/random.h"

namespace invar {

class Linker;

namespace wasi {

class Context;

/// A directory of the host's that the program sees under a name of its own.
struct Preopen {
  std::string host_path;  ///< Opened by `create`, unless host_fd is given.
  int host_fd = -1;       ///< A directory; borrowed, and needed for the time of `create` only.
  std::string guest_path;
  bool read_only = false;
};

/// Descriptors of the host's for the program's 0, 1 and 2. They are duplicated. -1: reading finds the end, what is
/// written vanishes.
struct Stdio {
  int in = -1;
  int out = -1;
  int err = -1;
};

struct Config {
  std::vector<std::string> args;  ///< The program's name first.
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<Preopen> preopens;  ///< Descriptors 3, 4, ...
  std::vector<int> listeners;     ///< Listening sockets, after the directories. They are duplicated.
  Stdio stdio;
  ClockGrant clocks;
  RandomGrant random;
  u32 max_descriptors = 16'384;
  WalkMode walk = WalkMode::automatic;
};

/// Opens what is granted. Errors: io_error with the path, host_limit, api_misuse.
///
/// Programs that write to pipes need SIGPIPE ignored in the process to see the error instead of ending the host.
Result<std::unique_ptr<Context>> create(const Config& config);

/// Defines all functions as imports from wasi_snapshot_preview1 and wasi_unstable. The context must outlive the
/// linker's store. The memory that a call refers to is the caller's export "memory", or else its first.
/// A program that calls proc_exit ends with TrapKind::exit, the status in Trap::exit_code.
Result<void> add_to_linker(Linker& linker, Context& context);

}  // namespace wasi
}  // namespace invar
