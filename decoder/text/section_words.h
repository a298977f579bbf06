// The sections as (@custom "..." (before x)) and (after x) name them. spec: appendix/custom#custom-annotations
#pragma once

#include <iterator>
#include <string_view>

#include "decoder/binary/encoder.h"

namespace invar::text {

struct SectionWord {
  SectionId id;
  std::string_view word;
};

/// In the order of sections in a binary. Custom sections have slots between them: section i has slot 2i + 1 in front of
/// it and slot 2i + 2 behind it.
inline constexpr SectionWord section_words[] = {
    {SectionId::type, "type"},     {SectionId::import, "import"},        {SectionId::function, "func"},
    {SectionId::table, "table"},   {SectionId::memory, "memory"},        {SectionId::tag, "tag"},
    {SectionId::global, "global"}, {SectionId::export_, "export"},       {SectionId::start, "start"},
    {SectionId::elem, "elem"},     {SectionId::data_count, "datacount"}, {SectionId::code, "code"},
    {SectionId::data, "data"},
};

inline constexpr u32 slot_first = 0;
/// Behind the last known section and the name section: where custom sections without placement go.
inline constexpr u32 slot_last = 2 * std::size(section_words) + 1;

}  // namespace invar::text
