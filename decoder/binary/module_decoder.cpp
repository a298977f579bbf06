#include "decoder/binary/module_decoder.h"

#include "decoder/binary/name_section.h"
#include "decoder/binary/section_reader.h"
#include "decoder/validate/module_validator.h"

namespace invar {

namespace {

Result<void> validate(Module& module, std::vector<std::vector<SubType>> type_groups, const DecodeOptions& options) {
  INVAR_TRY(validate_definitions(module, std::move(type_groups)));
  if (options.bodies_are_valid) return {};
  return validate_bodies(module, options.threads);
}

}  // namespace

Result<std::shared_ptr<const Module>> decode_module(ModuleBytes bytes, const Features& features,
                                                    const DecodeOptions& options) {
  INVAR_TRY_ASSIGN(ParsedModule parsed, read_sections(std::move(bytes), features));
  Module& module = *parsed.module;
  Result<void> result = validate(module, std::move(parsed.type_groups), options);
  if (!result) {
    if (Result<void> malformed = find_malformed_body(module); !malformed) result = std::move(malformed);
  }
  if (!result) {
    Error error = std::move(result).error();
    if (error.function) error.function_name = find_function_name(module, *error.function);
    return std::unexpected(std::move(error));
  }
  return std::move(parsed.module);
}

Result<std::shared_ptr<const Module>> decode_module(std::vector<u8> bytes, const Features& features,
                                                    const DecodeOptions& options) {
  auto owner = std::make_shared<const std::vector<u8>>(std::move(bytes));
  const std::span<const u8> view = *owner;
  return decode_module(ModuleBytes{view, std::move(owner)}, features, options);
}

}  // namespace invar
