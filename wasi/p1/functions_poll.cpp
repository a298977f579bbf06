// poll_oneoff: waits for the first of many events.
#include <algorithm>
#include <array>

#include "wasi/host/poll.h"
#include "wasi/p1/functions.h"

namespace invar::wasi::p1 {
namespace {

constexpr u64 forever = no_timeout;

/// The state of one poll_oneoff. The subscriptions stay in the guest's memory, however many there are; the host keeps
/// one entry for each open descriptor that they name. Since the guest may change them meanwhile (a shared memory, an
/// output array that overlaps), they are checked whenever they are read.
class Poll {
 public:
  Poll(Call& call, Address in, u32 count)
      : call_(call), in_(call.memory.base + in.value), count_(count), index_(call.context.table.size(), none) {}

  /// Collects what to wait for. `ready_` if an event can be told already.
  Errno prepare();
  Errno wait();
  /// Writes the events that occurred; returns how many.
  std::expected<u32, Errno> report(u8* out);

 private:
  static constexpr u32 none = ~u32{0};

  std::expected<Subscription, Errno> subscription(u32 i) const {
    return load_subscription(in_ + u64{i} * subscription_size(call_.version), call_.version);
  }
  /// Why the subscription cannot be waited for; success if it can.
  Errno check(const Subscription& subscription) const;
  std::expected<u64, Errno> remaining(const Subscription& subscription);

  Call& call_;
  const u8* in_;
  u32 count_;
  std::vector<u32> index_;  ///< From a descriptor's number to its place in `files_`.
  std::vector<pollfd> files_;
  std::vector<DescriptorPtr> held_;
  std::array<std::optional<u64>, 2> start_;  ///< Of each clock, when first asked for.
  u64 timeout_ = forever;
  bool ready_ = false;
};

Errno Poll::check(const Subscription& subscription) const {
  if (subscription.type == EventType::clock) {
    if (subscription.clock > static_cast<u32>(ClockId::thread_cpu)) return Errno::inval;
    // A CPU clock stands still while its program waits for it.
    return subscription.clock > static_cast<u32>(ClockId::monotonic) ? Errno::notsup : Errno::success;
  }
  const u64 needed = subscription.type == EventType::read ? right::fd_read : right::fd_write;
  const auto file = call_.descriptor({subscription.fd}, 0);
  if (!file) return file.error();
  const u64 rights = (*file)->rights().base;
  // A listening socket is ready for reading when someone connects.
  const bool may = (rights & needed) != 0 || (needed == right::fd_read && (rights & right::sock_accept) != 0);
  return may && (rights & right::poll_fd_readwrite) != 0 ? Errno::success : Errno::notcapable;
}

std::expected<u64, Errno> Poll::remaining(const Subscription& subscription) {
  const auto now = call_.context.clocks.now(static_cast<ClockId>(subscription.clock));
  if (!now) return std::unexpected(to_errno(now.error()));
  auto& start = start_[subscription.clock];
  if (!start) start = *now;
  const u64 deadline = subscription.absolute ? subscription.timeout : saturating_add(*start, subscription.timeout);
  return deadline > *now ? deadline - *now : 0;
}

Errno Poll::prepare() {
  for (u32 i = 0; i < count_; ++i) {
    P1_TRY_ASSIGN(const Subscription wanted, subscription(i));
    if (check(wanted) != Errno::success) {
      ready_ = true;
      continue;
    }
    if (wanted.type == EventType::clock) {
      const auto left = remaining(wanted);
      timeout_ = std::min(timeout_, left.value_or(0));  // an error is told at once
      continue;
    }
    DescriptorPtr file = call_.context.table.find(wanted.fd);
    if (!file || wanted.fd >= index_.size()) {  // closed or opened by another thread just now
      ready_ = true;
      continue;
    }
    u32& place = index_[wanted.fd];
    if (place == none) {
      place = static_cast<u32>(files_.size());
      files_.push_back({file->fd.get(), 0, 0});
      held_.push_back(std::move(file));
    }
    files_[place].events |= wanted.type == EventType::read ? POLLIN : POLLOUT;
  }
  if (ready_) timeout_ = 0;
  return Errno::success;
}

Errno Poll::wait() {
  Clocks& clocks = call_.context.clocks;
  const bool skips = clocks.is_virtual() && timeout_ != forever;
  const auto ready = wasi::wait(files_, skips ? 0 : timeout_);
  if (!ready) return to_errno(ready.error());
  if (skips && *ready == 0) clocks.pass(timeout_);
  return Errno::success;
}

std::expected<u32, Errno> Poll::report(u8* out) {
  u32 events = 0;
  timeout_ = forever;
  for (u32 i = 0; i < count_; ++i) {
    const auto wanted = subscription(i);
    if (!wanted) return std::unexpected(wanted.error());
    Event event;
    event.user_data = wanted->user_data;
    event.type = wanted->type;
    event.error = check(*wanted);
    if (event.error == Errno::success && wanted->type == EventType::clock) {
      const auto left = remaining(*wanted);
      if (!left) {
        event.error = left.error();
      } else if (*left != 0) {
        timeout_ = std::min(timeout_, *left);
        continue;
      }
    } else if (event.error == Errno::success) {
      // Not there: opened by another thread after the look at it.
      const u32 place = wanted->fd < index_.size() ? index_[wanted->fd] : none;
      const pollfd file = place == none ? pollfd{-1, 0, POLLNVAL} : files_[place];
      const bool reads = wanted->type == EventType::read;
      if ((file.revents & ((reads ? POLLIN : POLLOUT) | POLLHUP | POLLERR | POLLNVAL)) == 0) continue;
      event.hang_up = (file.revents & POLLHUP) != 0;
      if ((file.revents & POLLNVAL) != 0) event.error = Errno::badf;
      if (reads) event.bytes = readable_bytes(file.fd);
    }
    store_event(out + u64{events} * event_size, event);
    ++events;
  }
  return events;
}

}  // namespace

Errno poll_oneoff(Call& call, Address in, Address out, u32 nsubscriptions, Out<u32> nevents) {
  if (nsubscriptions == 0) return Errno::inval;
  if (!call.memory.contains(in.value, u64{nsubscriptions} * subscription_size(call.version)) ||
      !call.memory.contains(out.value, u64{nsubscriptions} * event_size)) {
    return Errno::fault;
  }
  Poll poll(call, in, nsubscriptions);
  if (const Errno error = poll.prepare(); error != Errno::success) return error;
  while (true) {
    if (const Errno error = poll.wait(); error != Errno::success) return error;
    P1_TRY_ASSIGN(const u32 events, poll.report(call.memory.base + out.value));
    // None: a clock that was set, or another thread's doing. Wait for what is left.
    if (events != 0) {
      nevents.set(events);
      return Errno::success;
    }
  }
}

}  // namespace invar::wasi::p1
