// A program as the functions of preview 1 see it: memory, and calls with slots.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wasi/p1/functions.h"
#include "wasi/testing/scratch.h"

namespace invar::wasi {

inline void PrintTo(Errno error, std::ostream* out) { *out << name_of(error); }

class Guest {
 public:
  explicit Guest(const Config& config, Version version = Version::snapshot, size_t memory_size = 1 << 18)
      : memory_(memory_size), version_(version) {
    auto context = create(config);
    if (!context) {
      ADD_FAILURE() << context.error().message();
      std::abort();
    }
    context_ = *std::move(context);
  }

  Context& context() { return *context_; }
  u8* at(u32 address) { return memory_.data() + address; }
  u32 size() const { return static_cast<u32>(memory_.size()); }
  template <class T>
  T get(u32 address) {
    return load<T>(at(address));
  }
  std::string text(u32 address, size_t size) { return {reinterpret_cast<const char*>(at(address)), size}; }

  /// Space in the memory; the tests' own, and never reused unless `forget` is called.
  u32 reserve(u32 size) {
    const u32 address = next_;
    next_ += (size + 7) & ~7u;
    if (next_ > memory_.size()) {
      ADD_FAILURE() << "the guest's memory is full";
      std::abort();
    }
    return address;
  }
  void forget() { next_ = 64; }
  u32 put(std::string_view bytes) {
    const u32 address = reserve(static_cast<u32>(bytes.size()));
    std::memcpy(at(address), bytes.data(), bytes.size());
    return address;
  }
  template <class T>
  void set(u32 address, T value) {
    store(at(address), value);
  }

  /// Calls with the parameters as the program would pass them. `out` (8 bytes each) are for results.
  Errno call(std::string_view name, std::initializer_list<u64> parameters) {
    const Function* function = find_function(name);
    if (function == nullptr) {
      ADD_FAILURE() << "no function " << name;
      std::abort();
    }
    EXPECT_EQ(function->type.params.size(), parameters.size()) << name;
    std::vector<Slot> slots(parameters);
    slots.resize(slots.size() + 1);
    Call call{*context_, {memory_.data(), memory_.size()}, version_};
    function->invoke(call, slots.data());
    exit_code = call.exit_code;
    return static_cast<Errno>(slots[0]);
  }
  static constexpr u32 out = 0;  ///< The memory's first bytes take results.
  static constexpr u32 out2 = 8;
  u32 result() { return get<u32>(out); }
  u64 result64() { return get<u64>(out); }

  // The functions as tests mostly call them.
  struct OpenArguments {
    u32 flags = 0;
    u64 rights = right::regular;
    u32 fd_flags = 0;
    u32 lookup = LookupFlags::follow;
    u64 inheriting = right::inheriting;
  };
  Errno open(u32 fd, std::string_view path, const OpenArguments& arguments) {
    return call("path_open", {fd, arguments.lookup, put(path), path.size(), arguments.flags, arguments.rights,
                              arguments.inheriting, arguments.fd_flags, out});
  }
  Errno open(u32 fd, std::string_view path) { return open(fd, path, {.rights = right::regular & ~right::writing}); }
  /// The new descriptor, or ~0 and a failed test.
  u32 opened(u32 fd, std::string_view path, const OpenArguments& arguments) {
    const Errno error = open(fd, path, arguments);
    EXPECT_EQ(error, Errno::success) << path;
    return error == Errno::success ? result() : ~u32{0};
  }
  u32 opened_directory(u32 fd, std::string_view path) {
    return opened(fd, path, {.flags = OpenFlags::directory, .rights = right::directory});
  }
  Errno on_path(std::string_view function, u32 fd, std::string_view path) {
    return call(function, {fd, put(path), path.size()});
  }
  Errno status(u32 fd, std::string_view path, bool follow = true) {
    return call("path_filestat_get", {fd, follow ? 1u : 0u, put(path), path.size(), reserve_status()});
  }
  u32 reserve_status() { return last_status_ = reserve(64); }
  u8 status_type() { return get<u8>(last_status_ + 16); }
  u64 status_size() { return get<u64>(last_status_ + 32); }
  Errno rename(u32 from, std::string_view path, u32 to, std::string_view new_path) {
    return call("path_rename", {from, put(path), path.size(), to, put(new_path), new_path.size()});
  }
  Errno link(u32 from, std::string_view path, u32 to, std::string_view new_path, bool follow = false) {
    return call("path_link", {from, follow ? 1u : 0u, put(path), path.size(), to, put(new_path), new_path.size()});
  }
  Errno symlink(std::string_view target, u32 fd, std::string_view path) {
    return call("path_symlink", {put(target), target.size(), fd, put(path), path.size()});
  }
  Errno close(u32 fd) { return call("fd_close", {fd}); }

  /// A vector of (address, size) pairs.
  u32 vectors(std::initializer_list<std::pair<u32, u32>> buffers) {
    const u32 address = reserve(static_cast<u32>(buffers.size() * 8));
    u32 place = address;
    for (const auto& [start, length] : buffers) {
      set(place, start);
      set(place + 4, length);
      place += 8;
    }
    return address;
  }
  Errno write(u32 fd, std::string_view text) {
    return call("fd_write", {fd, vectors({{put(text), static_cast<u32>(text.size())}}), 1, out});
  }
  /// Reads at most `size` bytes; `read_text` has them.
  Errno read(u32 fd, u32 size) {
    const u32 buffer = reserve(size);
    const Errno error = call("fd_read", {fd, vectors({{buffer, size}}), 1, out});
    read_text = error == Errno::success ? text(buffer, result()) : "";
    return error;
  }

  std::string read_text;
  std::optional<u32> exit_code;

 private:
  std::vector<u8> memory_;
  u32 next_ = 64;
  u32 last_status_ = 0;
  Version version_;
  std::unique_ptr<Context> context_;
};

/// A scratch folder whose `granted` is the program's descriptor 3, and `granted` again for reading only as 4.
class GuestTest : public testing::TestWithParam<WalkMode> {
 protected:
  static constexpr u32 root = 3;
  static constexpr u32 read_only_root = 4;

  Config config() const {
    Config config;
    config.preopens = {{scratch.granted().string(), -1, "/", false}, {scratch.granted().string(), -1, "/ro", true}};
    config.walk = GetParam();
    return config;
  }
  void write_file(std::string_view name, std::string_view text) { Scratch::write_file(scratch.granted() / name, text); }
  std::string read_file(std::string_view name) { return Scratch::read_file(scratch.granted() / name); }
  void make_directory(std::string_view name) { std::filesystem::create_directories(scratch.granted() / name); }
  void make_link(std::string_view target, std::string_view name) {
    std::filesystem::create_symlink(target, scratch.granted() / name);
  }
  bool exists(std::string_view name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(scratch.granted() / name));
  }

  Scratch scratch;
  Guest guest{config()};
};

}  // namespace invar::wasi
