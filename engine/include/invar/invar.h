// invar's C++ interface. example.cpp beside this file shows it in use.
//
//   Engine   configuration, shared by all; with a compiler (compiler.h) or without
//   Module   a valid module; from bytes, text or a file
//   Store    owner of everything that runs
//   Linker   names for imports; makes instances
//   Instance, Func, Memory, Table, Global, Tag, Val   what programs are made of
//   Result<T>, Error, Trap, Exception            what can go wrong
//
// Functions that can fail return a Result; nothing throws. Names and meaning follow the WebAssembly specification,
// whose anchors the comments cite ("spec: embed" is its appendix on embedding).
#pragma once

#include "invar/compiler.h"   // IWYU pragma: export
#include "invar/error.h"      // IWYU pragma: export
#include "invar/exception.h"  // IWYU pragma: export
#include "invar/host.h"       // IWYU pragma: export
#include "invar/linker.h"     // IWYU pragma: export
#include "invar/module.h"     // IWYU pragma: export
#include "invar/objects.h"    // IWYU pragma: export
#include "invar/store.h"      // IWYU pragma: export
#include "invar/types.h"      // IWYU pragma: export
#include "invar/value.h"      // IWYU pragma: export
