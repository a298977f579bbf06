// Between the public types and the engine's.
#pragma once

#include "engine/runtime/instantiate.h"
#include "invar/invar.h"

namespace invar::api {

inline invar::ValType to_internal(ValType type) { return std::bit_cast<invar::ValType>(type); }
inline ValType to_public(invar::ValType type) { return ValType::from_bits(type.bits()); }
invar::FuncType to_internal(const FuncType& type);
FuncType to_public(const invar::FuncType& type);
invar::Limits to_internal(const Limits& limits);
Limits to_public(const invar::Limits& limits);

Error to_public(invar::Error error);
Trap to_public(invar::Trap trap);
/// The store's trap as an error with its message in front, and with the exception if it is one that nobody caught.
Error take_error(invar::Store& store, invar::Trap trap);
Error to_public(InstantiationFailure failure, invar::Store& store);
/// For host functions: throws the exception, and returns what they must return.
invar::TrapKind throw_again(invar::Store& store, const Exception& exception);
inline std::unexpected<Error> misuse(std::string message) {
  return std::unexpected(Error{ErrorKind::host, std::move(message), std::nullopt});
}

invar::Extern to_internal(const Extern& value);
Extern to_public(const invar::Extern& value);

/// May a value of `type` be stored where `wanted` is? Types as the engine knows them.
bool fits(const invar::Engine& engine, const Val& value, invar::ValType wanted);
/// Reads one value of the type and advances. A reference to an object of the store's heap becomes a root.
Val read_value(invar::Store& store, ValType type, const Slot*& slots);

}  // namespace invar::api
