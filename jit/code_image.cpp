#include "jit/code_image.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "engine/platform/virtual_memory.h"
#include "engine/tiering/section_file.h"

namespace invar::jit {

namespace {

constexpr u32 functions_tag = section_tag("func"), machine_tag = section_tag("mach"), sites_tag = section_tag("site"),
              calls_tag = section_tag("call"), positions_tag = section_tag("posi"), scopes_tag = section_tag("scop"),
              clauses_tag = section_tag("clau");

/// Of a function's code as it is of platform::ExecutableMemory's, with at least a byte behind it: a call may be its
/// last instruction.
constexpr u64 alignment = 32;

template <class T>
TablePart append(std::vector<T>& to, std::span<const T> items) {
  const TablePart part{static_cast<u32>(to.size()), static_cast<u32>(items.size())};
  to.insert(to.end(), items.begin(), items.end());
  return part;
}

template <class T>
bool contains(std::span<const T> table, const TablePart& part) {
  return part.first <= table.size() && part.count <= table.size() - part.first;
}

/// Is it an offset in the module, or a number of the function's positions?
bool is_place(u32 offset, const CodeTableViews& tables) {
  return offset < InlinedCode::first_position || offset - InlinedCode::first_position < tables.positions.size();
}

bool are_sound(const CodeTableViews& tables, const FunctionRecord& record, const Module& module) {
  u32 last = 0;
  for (const Site& site : tables.sites) {
    if (site.position < last || site.position > record.code_size || !is_place(site.offset, tables)) return false;
    last = site.position;
    const bool catches = site.scope != Site::none;
    if (catches && (site.scope >= tables.scopes.size() || site.landing >= record.code_size)) return false;
  }
  // Scopes lead outwards, and clauses on to later ones; a scope that delegates leads to one around it, too.
  constexpr u32 none = interp::HandlerTable::none;
  for (u32 i = 0; i < tables.scopes.size(); ++i) {
    const interp::HandlerTable::Scope& scope = tables.scopes[i];
    if (scope.outer != none && scope.outer >= i) return false;
    if (scope.first_clause != none && scope.first_clause >= tables.clauses.size()) return false;
  }
  for (u32 i = 0; i < tables.clauses.size(); ++i) {
    const interp::HandlerTable::Clause& clause = tables.clauses[i];
    if (clause.next != none && (clause.next <= i || clause.next >= tables.clauses.size())) return false;
    if (clause.tag != none && clause.tag >= module.tags.size()) return false;
  }
  for (const InlinedCode::Position& position : tables.positions) {
    if (position.call >= tables.calls.size()) return false;
  }
  for (u32 i = 0; i < tables.calls.size(); ++i) {
    const InlinedCode::Call& call = tables.calls[i];
    if (call.callee < module.imported_functions || call.callee >= module.functions.size()) return false;
    if (!is_place(call.position, tables)) return false;
    // Calls in other calls' callees come behind those, so that a way outwards ends.
    const u32 outer = call.position - InlinedCode::first_position;
    if (call.position >= InlinedCode::first_position && tables.positions[outer].call >= i) return false;
  }
  return true;
}

bool fits(const FunctionRecord& record, const CodeImage& image, const Module& module) {
  if (record.function < module.imported_functions || record.function >= module.functions.size()) return false;
  if (record.code_offset % alignment != 0 || record.code_offset > image.code.size()) return false;
  if (record.code_size == 0 || record.code_size >= image.code.size() - record.code_offset) return false;
  return contains(image.tables.sites, record.sites) && contains(image.tables.calls, record.calls) &&
         contains(image.tables.positions, record.positions) && contains(image.tables.scopes, record.scopes) &&
         contains(image.tables.clauses, record.clauses) && are_sound(image.tables_of(record), record, module);
}

}  // namespace

CodeTableViews CodeImage::tables_of(const FunctionRecord& record) const {
  CodeTableViews its;
  its.sites = tables.sites.subspan(record.sites.first, record.sites.count);
  its.calls = tables.calls.subspan(record.calls.first, record.calls.count);
  its.positions = tables.positions.subspan(record.positions.first, record.positions.count);
  its.scopes = tables.scopes.subspan(record.scopes.first, record.scopes.count);
  its.clauses = tables.clauses.subspan(record.clauses.first, record.clauses.count);
  its.frame_bytes = record.frame_bytes;
  return its;
}

interp::HandlerTable CodeImage::handlers_of(const FunctionRecord& record) const {
  const CodeTableViews its = tables_of(record);
  return {.ranges = {},
          .scopes = {its.scopes.begin(), its.scopes.end()},
          .clauses = {its.clauses.begin(), its.clauses.end()}};
}

const FunctionRecord* CodeImage::find(u64 position) const {
  const auto behind = std::ranges::upper_bound(functions, position, {}, &FunctionRecord::code_offset);
  if (behind == functions.begin()) return nullptr;
  const FunctionRecord& record = *(behind - 1);
  return position - record.code_offset <= record.code_size ? &record : nullptr;
}

void ImageWriter::add(u32 function, std::span<const u8> code, const CodeTableViews& tables) {
  functions_.push_back({.function = function,
                        .code_size = static_cast<u32>(code.size()),
                        .code_offset = code_size_,
                        .sites = append(tables_.sites, tables.sites),
                        .calls = append(tables_.inlined.calls, tables.calls),
                        .positions = append(tables_.inlined.positions, tables.positions),
                        .scopes = append(tables_.handlers.scopes, tables.scopes),
                        .clauses = append(tables_.handlers.clauses, tables.clauses),
                        .frame_bytes = tables.frame_bytes,
                        .zero = 0});
  codes_.push_back(code.data());
  code_size_ = (code_size_ + code.size() + alignment) / alignment * alignment;
}

void ImageWriter::write_code(u8* out) const {
  for (size_t i = 0; i < functions_.size(); ++i) {
    std::memcpy(out + functions_[i].code_offset, codes_[i], functions_[i].code_size);
  }
}

SavedCode ImageWriter::finish() && {
  const auto image = std::make_shared<const ImageWriter>(std::move(*this));
  SectionWriter writer;
  writer.add_array(functions_tag, std::span{image->functions_});
  writer.add_array(sites_tag, std::span{image->tables_.sites});
  writer.add_array(calls_tag, std::span{image->tables_.inlined.calls});
  writer.add_array(positions_tag, std::span{image->tables_.inlined.positions});
  writer.add_array(scopes_tag, std::span{image->tables_.handlers.scopes});
  writer.add_array(clauses_tag, std::span{image->tables_.handlers.clauses});
  writer.add(machine_tag, image->code_size_, [image](u8* out) { image->write_code(out); }, platform::page_size());
  const u64 size = writer.size();
  return {size, [writer = std::move(writer)](u8* out) { writer.write(out); }};
}

std::optional<CodeImage> read_image(std::span<const u8> bytes, const Module& module) {
  const auto sections = SectionReader::read(bytes);
  if (!sections) return std::nullopt;
  const auto functions = sections->find_array<FunctionRecord>(functions_tag);
  const auto sites = sections->find_array<Site>(sites_tag);
  const auto calls = sections->find_array<InlinedCode::Call>(calls_tag);
  const auto positions = sections->find_array<InlinedCode::Position>(positions_tag);
  const auto scopes = sections->find_array<interp::HandlerTable::Scope>(scopes_tag);
  const auto clauses = sections->find_array<interp::HandlerTable::Clause>(clauses_tag);
  const auto code = sections->find(machine_tag);
  if (!functions || !sites || !calls || !positions || !scopes || !clauses || !code) return std::nullopt;
  CodeImage image;
  image.functions = *functions;
  image.tables.sites = *sites;
  image.tables.calls = *calls;
  image.tables.positions = *positions;
  image.tables.scopes = *scopes;
  image.tables.clauses = *clauses;
  image.code = *code;
  std::vector<bool> seen(module.functions.size());
  u64 end = 0;
  for (const FunctionRecord& record : image.functions) {
    if (record.code_offset < end || !fits(record, image, module) || seen[record.function]) return std::nullopt;
    seen[record.function] = true;
    end = record.code_offset + record.code_size + 1;
  }
  return image;
}

}  // namespace invar::jit
