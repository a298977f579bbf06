// The compiled part of fmt, once, for everything that links with this library. Debian's package has it only as a shared
// library, which would make the command start slower; compiling it into each file that formats (FMT_HEADER_ONLY) would
// take longer than most of those files.
#include <fmt/format-inl.h>

// What fmt's headers declare `extern template` and its library is to provide.
namespace fmt::detail {
template dragonbox::decimal_fp<float> dragonbox::to_decimal(float) noexcept;
template dragonbox::decimal_fp<double> dragonbox::to_decimal(double) noexcept;
template thousands_sep_result<char> thousands_sep_impl<char>(locale_ref);
template char decimal_point_impl(locale_ref);
}  // namespace fmt::detail
