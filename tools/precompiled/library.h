// Precompiled for each library: headers of others that most files include. None of ours: every change would compile
// all anew. Files include what they use all the same, which `tools/dev gcc` checks.
// (No guard: g++ takes one in a file that it precompiles for a mistake.)
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
