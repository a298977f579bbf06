#include "wasi/p1/functions.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace invar::wasi {
namespace {

TEST(Functions, AllWithTheTypesThatProgramsImport) {
  // Parameters as i (i32) and I (i64); all but proc_exit answer an i32.
  const std::map<std::string_view, std::string_view> expected = {
      {"args_get", "ii"},
      {"args_sizes_get", "ii"},
      {"clock_res_get", "ii"},
      {"clock_time_get", "iIi"},
      {"environ_get", "ii"},
      {"environ_sizes_get", "ii"},
      {"fd_advise", "iIIi"},
      {"fd_allocate", "iII"},
      {"fd_close", "i"},
      {"fd_datasync", "i"},
      {"fd_fdstat_get", "ii"},
      {"fd_fdstat_set_flags", "ii"},
      {"fd_fdstat_set_rights", "iII"},
      {"fd_filestat_get", "ii"},
      {"fd_filestat_set_size", "iI"},
      {"fd_filestat_set_times", "iIIi"},
      {"fd_pread", "iiiIi"},
      {"fd_prestat_dir_name", "iii"},
      {"fd_prestat_get", "ii"},
      {"fd_pwrite", "iiiIi"},
      {"fd_read", "iiii"},
      {"fd_readdir", "iiiIi"},
      {"fd_renumber", "ii"},
      {"fd_seek", "iIii"},
      {"fd_sync", "i"},
      {"fd_tell", "ii"},
      {"fd_write", "iiii"},
      {"path_create_directory", "iii"},
      {"path_filestat_get", "iiiii"},
      {"path_filestat_set_times", "iiiiIIi"},
      {"path_link", "iiiiiii"},
      {"path_open", "iiiiiIIii"},
      {"path_readlink", "iiiiii"},
      {"path_remove_directory", "iii"},
      {"path_rename", "iiiiii"},
      {"path_symlink", "iiiii"},
      {"path_unlink_file", "iii"},
      {"poll_oneoff", "iiii"},
      {"proc_exit", "i"},
      {"proc_raise", "i"},
      {"random_get", "ii"},
      {"sched_yield", ""},
      {"sock_accept", "iii"},
      {"sock_recv", "iiiiii"},
      {"sock_send", "iiiii"},
      {"sock_shutdown", "ii"},
  };
  EXPECT_EQ(functions().size(), 46u);
  for (const Function& function : functions()) {
    std::string parameters;
    for (const ValType type : function.type.params) parameters += type == type_i32 ? 'i' : type == type_i64 ? 'I' : '?';
    ASSERT_TRUE(expected.contains(function.name)) << function.name;
    EXPECT_EQ(parameters, expected.at(function.name)) << function.name;
    const bool answers = function.name != "proc_exit";
    EXPECT_EQ(function.type.results, answers ? std::vector{type_i32} : std::vector<ValType>{}) << function.name;
  }
  std::set<std::string_view> names;
  for (const Function& function : functions()) EXPECT_TRUE(names.insert(function.name).second) << function.name;
}

TEST(Errors, HostNumbersMap) {
  EXPECT_EQ(to_errno(SysError{ENOENT}), Errno::noent);
  EXPECT_EQ(to_errno(SysError{not_capable}), Errno::notcapable);
  EXPECT_EQ(to_errno(SysError{EOPNOTSUPP}), Errno::notsup);
  EXPECT_EQ(to_errno(SysError{EINTR}), Errno::intr);
  EXPECT_EQ(to_errno(SysError{EAGAIN}), Errno::again);
  EXPECT_EQ(to_errno(SysError{EPIPE}), Errno::pipe);
  EXPECT_EQ(to_errno(SysError{EHWPOISON}), Errno::io);
  EXPECT_EQ(static_cast<u16>(Errno::too_big), 1);
  EXPECT_EQ(static_cast<u16>(Errno::fault), 21);
  EXPECT_EQ(static_cast<u16>(Errno::noent), 44);
  EXPECT_EQ(static_cast<u16>(Errno::pipe), 64);
  EXPECT_EQ(static_cast<u16>(Errno::notcapable), 76);
}

}  // namespace
}  // namespace invar::wasi
