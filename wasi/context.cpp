#include "wasi/context.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <cstring>
#include <limits>

#include "wasi/p1/rights.h"

namespace invar::wasi {

Context::Context(const Config& config)
    : table(config.max_descriptors), resolver(config.walk), clocks(config.clocks), random(config.random) {}

namespace {

std::unexpected<Error> io_failure(std::string_view what, int code) {
  return fail(ErrorCode::io_error, fmt::format(" {}: {}", what, std::strerror(code)));
}

bool has_nul(std::string_view text) { return text.find('\0') != text.npos; }

Result<void> add(Context& context, DescriptorPtr descriptor) {
  if (!context.table.add(std::move(descriptor))) return fail(ErrorCode::host_limit, ": descriptors of the program");
  return {};
}

/// The number is taken even if nothing is granted: a program must not find another file there.
Result<void> add_stdio(Context& context, int fd, std::string_view name) {
  const bool granted = fd >= 0;
  UniqueFd copy(granted ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!copy) return io_failure(name, errno);
  const auto status = status_of_file(copy.get());
  if (!status) return io_failure(name, status.error().code);
  const bool terminal = status->kind == FileKind::character_device && isatty(copy.get()) != 0;
  const u64 rights = rights_of_stream(copy.get(), status->kind, terminal);
  auto descriptor = std::make_shared<Descriptor>(std::move(copy), status->kind, Rights{rights, 0});
  descriptor->terminal = terminal;
  descriptor->inherited = granted;
  return add(context, std::move(descriptor));
}

Result<void> add_preopen(Context& context, const Preopen& preopen) {
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  if (has_nul(preopen.guest_path) || preopen.guest_path.size() > std::numeric_limits<u32>::max()) {
    return fail(ErrorCode::api_misuse, ": name of a directory for the program");
  }
  // A borrowed directory is opened anew: listings move the position of an open file.
  UniqueFd fd(preopen.host_fd >= 0 ? openat(preopen.host_fd, ".", flags) : open(preopen.host_path.c_str(), flags));
  if (!fd) return io_failure(fmt::format("directory {}", preopen.host_path), errno);
  auto descriptor =
      std::make_shared<Descriptor>(std::move(fd), FileKind::directory, rights_of_preopen(preopen.read_only));
  descriptor->read_only = preopen.read_only;
  descriptor->preopened = true;
  descriptor->guest_path = preopen.guest_path;
  return add(context, std::move(descriptor));
}

Result<void> add_listener(Context& context, int fd) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0) return io_failure("socket", errno);
  if (listening == 0) return fail(ErrorCode::api_misuse, ": the socket does not listen");
  UniqueFd copy(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) return io_failure("socket", errno);
  auto descriptor = std::make_shared<Descriptor>(std::move(copy), FileKind::socket_stream,
                                                 Rights{right::listener, right::connection});
  descriptor->inherited = true;
  return add(context, std::move(descriptor));
}

/// The bytes that the strings take with their terminators must be countable by the program.
Result<void> check_strings(const std::vector<std::string>& strings, std::string_view what) {
  u64 size = 0;
  for (const std::string& text : strings) {
    if (has_nul(text)) return fail(ErrorCode::api_misuse, fmt::format(": a NUL in {}", what));
    size += text.size() + 1;
  }
  if (size > std::numeric_limits<u32>::max()) return fail(ErrorCode::host_limit, fmt::format(": size of {}", what));
  return {};
}

}  // namespace

Result<std::unique_ptr<Context>> create(const Config& config) {
  auto context = std::make_unique<Context>(config);
  context->args = config.args;
  for (const auto& [name, value] : config.env) {
    if (name.empty() || name.find('=') != name.npos) {
      return fail(ErrorCode::api_misuse, fmt::format(": name \"{}\" of an environment variable", name));
    }
    context->env.push_back(name + "=" + value);
  }
  INVAR_TRY(check_strings(context->args, "the arguments"));
  INVAR_TRY(check_strings(context->env, "the environment"));
  INVAR_TRY(add_stdio(*context, config.stdio.in, "standard input"));
  INVAR_TRY(add_stdio(*context, config.stdio.out, "standard output"));
  INVAR_TRY(add_stdio(*context, config.stdio.err, "standard error"));
  for (const Preopen& preopen : config.preopens) INVAR_TRY(add_preopen(*context, preopen));
  for (const int listener : config.listeners) INVAR_TRY(add_listener(*context, listener));
  return context;
}

}  // namespace invar::wasi
