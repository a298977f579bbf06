// The dispatch that this build uses. INVAR_DISPATCH_HEADER is set by engine/interp/meson.build.
#pragma once

#include INVAR_DISPATCH_HEADER
