// Address space by pages: everything that the engine asks of the operating system's memory.
#pragma once

#include "decoder/base/int.h"

namespace invar::platform {

enum class Protection : u8 { none, read, read_write, read_execute };

/// Bytes of a page of this system.
size_t page_size();
/// `size` rounded up to whole pages; 0 if that overflows.
u64 round_to_pages(u64 size);

/// Sets address space aside without memory behind it; any access faults. `size` is a multiple of the page size.
/// Returns nullptr if the system refuses (ulimit -v, small devices).
u8* reserve(u64 size);
/// Sets address space aside that reads as zeros and takes memory only where it is touched.
u8* reserve_zeroed(u64 size);
/// Makes reserved pages readable and writable; their first contents are zeros. False if the system refuses.
bool commit(u8* address, u64 size);
/// Gives the memory back and makes the pages inaccessible again; the address space stays reserved.
bool decommit(u8* address, u64 size);
/// Gives the memory behind readable and writable pages back; they read as zeros from then on.
void discard(u8* address, u64 size);
bool protect(u8* address, u64 size, Protection protection);
/// Ends a reservation, in whole.
void release(u8* address, u64 size);
/// Makes a `reserve_zeroed` region larger, perhaps at another address, keeping its contents; the new part is zero.
/// nullptr (and no change) if the system refuses.
u8* enlarge_zeroed(u8* address, u64 old_size, u64 new_size);
/// After writing machine code: makes the processor see it.
void flush_instruction_cache(u8* address, u64 size);

}  // namespace invar::platform
