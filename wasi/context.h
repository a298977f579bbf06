// The capabilities of one program.
#pragma once

#include <string>
#include <vector>

#include "wasi/host/beneath.h"
#include "wasi/host/clock.h"
#include "wasi/host/descriptor_table.h"
#include "wasi/host/random.h"
#include "wasi/wasi.h"

namespace invar::wasi {

class Context {
 public:
  explicit Context(const Config& config);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  DescriptorTable table;
  const PathResolver resolver;
  Clocks clocks;
  Random random;
  std::vector<std::string> args;
  std::vector<std::string> env;  ///< "NAME=value".
};

}  // namespace invar::wasi
