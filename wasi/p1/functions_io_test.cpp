#include <netinet/in.h>
#include <pty.h>
#include <sys/socket.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "wasi/testing/guest.h"

namespace invar::wasi {
namespace {

using IoTest = GuestTest;
INSTANTIATE_FOR_WALK_MODES(IoTest);

TEST_P(IoTest, ScattersAndGathers) {
  const u32 fd = guest.opened(root, "file", {.flags = OpenFlags::create});
  const u32 text = guest.put("0123456789");
  EXPECT_EQ(guest.call("fd_write", {fd, guest.vectors({{text, 3}, {text + 9, 0}, {text + 5, 2}}), 3, Guest::out}),
            Errno::success);
  EXPECT_EQ(guest.result(), 5u);
  EXPECT_EQ(read_file("file"), "01256");
  const u32 a = guest.reserve(8), b = guest.reserve(8);
  EXPECT_EQ(guest.call("fd_pread", {fd, guest.vectors({{a, 2}, {b, 8}}), 2, 1, Guest::out}), Errno::success);
  EXPECT_EQ(guest.result(), 4u);
  EXPECT_EQ(guest.text(a, 2), "12");
  EXPECT_EQ(guest.text(b, 2), "56");
  EXPECT_EQ(guest.call("fd_pwrite", {fd, guest.vectors({{text, 1}}), 1, 100, Guest::out}), Errno::success);
  EXPECT_EQ(read_file("file").size(), 101u);
  EXPECT_EQ(guest.call("fd_tell", {fd, Guest::out}), Errno::success);
  EXPECT_EQ(guest.result64(), 5u);
  EXPECT_EQ(guest.call("fd_pwrite", {fd, guest.vectors({{text, 1}}), 1, ~u64{0}, Guest::out}), Errno::inval);
}

TEST_P(IoTest, VectorsOutsideTheMemory) {
  const u32 fd = guest.opened(root, "file", {.flags = OpenFlags::create});
  const u32 size = guest.size();
  const u32 inside = guest.put("x");
  for (const char* function : {"fd_read", "fd_write"}) {
    const auto call = [&](u64 vectors, u64 count) { return guest.call(function, {fd, vectors, count, Guest::out}); };
    EXPECT_EQ(call(guest.vectors({{size, 1}}), 1), Errno::fault);
    EXPECT_EQ(call(guest.vectors({{size - 1, 2}}), 1), Errno::fault);
    EXPECT_EQ(call(guest.vectors({{0xFFFF'FFFF, 0xFFFF'FFFF}}), 1), Errno::fault);
    EXPECT_EQ(call(guest.vectors({{8, 0xFFFF'FFFF}}), 1), Errno::fault);
    EXPECT_EQ(call(guest.vectors({{inside, 1}, {size, 1}}), 2), Errno::fault);
    EXPECT_EQ(call(size - 7, 1), Errno::fault);
    EXPECT_EQ(call(size, 0), Errno::success);
    EXPECT_EQ(call(8, 0xFFFF'FFFF), Errno::fault);
    EXPECT_EQ(call(0xFFFF'FFF8, 0xFFFF'FFFF), Errno::fault);
    EXPECT_EQ(guest.call(function, {fd, inside, 0, size - 3}), Errno::fault);
  }
  EXPECT_EQ(read_file("file"), "");
}

TEST_P(IoTest, ManyVectors) {
  // More than one system call takes: a short count, and the rest when asked again.
  Guest large(config(), Version::snapshot, 1 << 22);
  const u32 fd = large.opened(root, "file", {.flags = OpenFlags::create});
  constexpr u32 count = 100'000;
  const u32 text = large.put("ab");
  const u32 vectors = large.reserve(count * 8);
  for (u32 i = 0; i < count; ++i) {
    large.set(vectors + 8 * i, text);
    large.set(vectors + 8 * i + 4, u32{2});
  }
  u32 done = 0;
  while (done < count) {
    ASSERT_EQ(large.call("fd_write", {fd, vectors + 8 * done, count - done, Guest::out}), Errno::success);
    ASSERT_GT(large.result(), 0u);
    done += large.result() / 2;
  }
  EXPECT_EQ(read_file("file").size(), 2 * count);
  // Empty ones are passed over, though not without end.
  for (u32 i = 0; i < count; ++i) large.set(vectors + 8 * i + 4, u32{0});
  large.set(vectors + 8 * 5000 + 4, u32{2});
  EXPECT_EQ(large.call("fd_write", {fd, vectors, 6000, Guest::out}), Errno::success);
  EXPECT_EQ(large.result(), 2u);
  EXPECT_EQ(large.call("fd_write", {fd, vectors + 8 * 5001, count - 5001, Guest::out}), Errno::inval);
}

class StreamTest : public testing::Test {
 protected:
  StreamTest() {
    signal(SIGPIPE, SIG_IGN);
    if (pipe(in) < 0 || pipe(out) < 0) std::abort();
    Config config;
    config.stdio = {in[0], out[1], -1};
    guest = std::make_unique<Guest>(config);
  }
  ~StreamTest() override {
    for (const int fd : {in[0], in[1], out[0], out[1]}) {
      if (fd >= 0) ::close(fd);
    }
  }
  struct Status {
    u8 type;
    u16 flags;
    u64 rights;
  };
  static Status status(Guest& guest, u32 fd) {
    EXPECT_EQ(guest.call("fd_fdstat_get", {fd, Guest::out}), Errno::success);
    EXPECT_EQ(guest.get<u64>(16), 0u);
    return {guest.get<u8>(0), guest.get<u16>(2), guest.get<u64>(8)};
  }
  static Status status_of(int fd) {
    Config config;
    config.stdio.in = fd;
    Guest guest(config);
    return status(guest, 0);
  }

  int in[2];
  int out[2];
  std::unique_ptr<Guest> guest;
};

TEST_F(StreamTest, PassBytesOn) {
  ASSERT_EQ(::write(in[1], "input", 5), 5);
  EXPECT_EQ(guest->read(0, 100), Errno::success);
  EXPECT_EQ(guest->read_text, "input");
  EXPECT_EQ(guest->write(1, "output"), Errno::success);
  char buffer[10];
  EXPECT_EQ(::read(out[0], buffer, sizeof buffer), 6);
  // 2 was not granted: what is written there vanishes.
  EXPECT_EQ(guest->write(2, "error"), Errno::success);
  EXPECT_EQ(guest->result(), 5u);
  EXPECT_EQ(guest->write(0, "x"), Errno::notcapable);
  EXPECT_EQ(guest->read(1, 1), Errno::notcapable);
  ::close(std::exchange(in[1], -1));
  EXPECT_EQ(guest->read(0, 1), Errno::success);
  EXPECT_EQ(guest->read_text, "");
}

TEST_F(StreamTest, NobodyReads) {
  ::close(std::exchange(out[0], -1));
  EXPECT_EQ(guest->write(1, "x"), Errno::pipe);
}

TEST_F(StreamTest, ASignalEndsTheWait) {
  struct sigaction action{}, before{};
  action.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  std::atomic<bool> done = false;
  std::thread other([&, waiting = pthread_self()] {
    while (!done) {
      pthread_kill(waiting, SIGUSR1);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  EXPECT_EQ(guest->read(0, 1), Errno::intr);
  done = true;
  other.join();
  sigaction(SIGUSR1, &before, nullptr);
}

TEST_F(StreamTest, PipesHaveNoPosition) {
  for (const u32 fd : {0u, 1u}) {
    EXPECT_EQ(guest->call("fd_seek", {fd, 0, 1, Guest::out}), Errno::spipe);
    EXPECT_EQ(guest->call("fd_tell", {fd, Guest::out}), Errno::spipe);
    EXPECT_EQ(guest->call("fd_pread", {fd, 0, 0, 0, Guest::out}), Errno::spipe);
    EXPECT_EQ(guest->call("fd_pwrite", {fd, 0, 0, 0, Guest::out}), Errno::spipe);
    EXPECT_EQ(status(*guest, fd).type, 0);
  }
  EXPECT_EQ(status(*guest, 0).rights & (right::fd_read | right::fd_write), right::fd_read);
  EXPECT_EQ(status(*guest, 1).rights & (right::fd_read | right::fd_write), right::fd_write);
}

TEST_F(StreamTest, ATerminalIsWhatIsattyLooksFor) {
  int controller = -1, terminal = -1;
  ASSERT_EQ(openpty(&controller, &terminal, nullptr, nullptr, nullptr), 0);
  const UniqueFd both[] = {UniqueFd(controller), UniqueFd(terminal)};
  const Status status = status_of(terminal);
  EXPECT_EQ(status.type, 2);
  EXPECT_EQ(status.rights & (right::fd_seek | right::fd_tell), 0u);
  EXPECT_EQ(status.rights & (right::fd_read | right::fd_write), right::fd_read | right::fd_write);
}

TEST_F(StreamTest, RegularFilesAndDirectories) {
  const Scratch scratch;
  const UniqueFd file(open((scratch.outside() / "secret").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(status_of(file.get()).type, 4);
  EXPECT_NE(status_of(file.get()).rights & right::fd_seek, 0u);
  EXPECT_EQ(status_of(file.get()).rights & right::mutating & ~right::fd_filestat_set_times, 0u);
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_EQ(status_of(null.get()).type, 2);
  EXPECT_NE(status_of(null.get()).rights & right::fd_seek, 0u) << "not a terminal";
  // A directory as standard input grants no files.
  const UniqueFd directory(open(scratch.outside().c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(status_of(directory.get()).rights & right::directory & ~right::stream, 0u);
  Config config;
  config.stdio.in = directory.get();
  Guest with_directory(config);
  EXPECT_EQ(with_directory.open(0, "secret"), Errno::notcapable);
  EXPECT_EQ(with_directory.call("fd_readdir", {0, 64, 64, 0, Guest::out}), Errno::notcapable);
}

TEST_F(StreamTest, NonblockingLeavesTheHostsFileAlone) {
  EXPECT_EQ(guest->call("fd_fdstat_set_flags", {0, FdFlags::nonblocking}), Errno::success);
  EXPECT_EQ(guest->call("fd_fdstat_set_flags", {1, FdFlags::nonblocking}), Errno::success);
  EXPECT_EQ(status(*guest, 0).flags, FdFlags::nonblocking);
  EXPECT_EQ(fcntl(in[0], F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(guest->read(0, 1), Errno::again);
  ASSERT_EQ(::write(in[1], "x", 1), 1);
  EXPECT_EQ(guest->read(0, 1), Errno::success);
  // A full pipe never makes the program wait.
  const std::string block(50'000, 'x');
  Errno error = Errno::success;
  u64 written = 0;
  while ((error = guest->write(1, block)) == Errno::success) {
    written += guest->result();
    guest->forget();
  }
  EXPECT_EQ(error, Errno::again);
  EXPECT_GT(written, 10'000u);
  EXPECT_EQ(guest->call("fd_fdstat_set_flags", {1, 0}), Errno::success);
  EXPECT_EQ(guest->call("fd_fdstat_set_flags", {1, FdFlags::append}), Errno::notsup);
}

TEST_F(StreamTest, ClosingIsTheProgramsOwn) {
  EXPECT_EQ(guest->close(1), Errno::success);
  EXPECT_EQ(guest->write(1, "x"), Errno::badf);
  EXPECT_EQ(::write(out[1], "x", 1), 1) << "the host's is still open";
}

TEST_F(StreamTest, NoSocketWithoutOneGranted) {
  EXPECT_EQ(guest->call("sock_accept", {0, 0, Guest::out}), Errno::notsock);
  EXPECT_EQ(guest->call("sock_recv", {0, 0, 0, 0, Guest::out, Guest::out2}), Errno::notsock);
  EXPECT_EQ(guest->call("sock_send", {1, 0, 0, 0, Guest::out}), Errno::notsock);
  EXPECT_EQ(guest->call("sock_shutdown", {1, 1}), Errno::notsock);
  EXPECT_EQ(guest->call("sock_accept", {50, 0, Guest::out}), Errno::badf);
}

class SocketTest : public testing::Test {
 protected:
  SocketTest() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    socklen_t size = sizeof address;
    if (bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) < 0 || listen(listener.get(), 4) < 0 ||
        getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) < 0) {
      std::abort();
    }
    Config config;
    config.listeners = {listener.get()};
    guest = std::make_unique<Guest>(config);
    peer = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(peer.get(), reinterpret_cast<sockaddr*>(&address), size) < 0) std::abort();
  }
  UniqueFd listener, peer;
  std::unique_ptr<Guest> guest;
};

TEST_F(SocketTest, AcceptsSendsReceives) {
  EXPECT_EQ(guest->call("fd_fdstat_get", {3, Guest::out}), Errno::success);
  EXPECT_EQ(guest->get<u8>(0), 6);
  EXPECT_EQ(guest->call("fd_prestat_get", {3, Guest::out}), Errno::badf);
  EXPECT_EQ(guest->call("sock_accept", {3, FdFlags::append, Guest::out}), Errno::inval);
  ASSERT_EQ(guest->call("sock_accept", {3, 0, Guest::out}), Errno::success);
  const u32 fd = guest->result();
  EXPECT_EQ(fd, 4u);
  ASSERT_EQ(::write(peer.get(), "hello", 5), 5);
  const u32 buffer = guest->reserve(8);
  const u32 vectors = guest->vectors({{buffer, 8}});
  EXPECT_EQ(guest->call("sock_recv", {fd, vectors, 1, ReceiveFlags::peek, Guest::out, Guest::out2}), Errno::success);
  EXPECT_EQ(guest->call("sock_recv", {fd, vectors, 1, 0, Guest::out, Guest::out2}), Errno::success);
  EXPECT_EQ(guest->text(buffer, guest->result()), "hello");
  EXPECT_EQ(guest->get<u16>(Guest::out2), 0);
  EXPECT_EQ(guest->call("sock_recv", {fd, vectors, 1, 4, Guest::out, Guest::out2}), Errno::inval);
  const u32 reply = guest->vectors({{guest->put("reply"), 5}});
  EXPECT_EQ(guest->call("sock_send", {fd, reply, 1, 0, Guest::out}), Errno::success);
  EXPECT_EQ(guest->write(fd, "again"), Errno::success);
  char got[16];
  EXPECT_EQ(recv(peer.get(), got, 10, MSG_WAITALL), 10);
  EXPECT_EQ(std::string(got, 10), "replyagain");
  EXPECT_EQ(guest->call("sock_shutdown", {fd, 0}), Errno::inval);
  EXPECT_EQ(guest->call("sock_shutdown", {fd, ShutdownFlags::writing}), Errno::success);
  EXPECT_EQ(::read(peer.get(), got, 1), 0);
  EXPECT_EQ(guest->call("sock_send", {fd, reply, 1, 0, Guest::out}), Errno::pipe);
  EXPECT_EQ(guest->call("sock_accept", {fd, 0, Guest::out}), Errno::notcapable);
  EXPECT_EQ(guest->call("fd_seek", {fd, 0, 1, Guest::out}), Errno::spipe);
}

TEST(Create, WantsSocketsThatListen) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Config config;
  config.listeners = {socket.get()};
  EXPECT_FALSE(create(config));
  config.listeners = {0};
  EXPECT_FALSE(create(config));
}

}  // namespace
}  // namespace invar::wasi
