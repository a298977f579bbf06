// A plugin for QEMU's user-mode emulation (interface version 1): how many instructions did the program execute? The
// declarations are those of the interface; its header is not packaged everywhere.
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

typedef uint64_t PluginId;
typedef struct qemu_plugin_tb Block;

void qemu_plugin_register_vcpu_tb_trans_cb(PluginId, void (*)(PluginId, Block*));
void qemu_plugin_register_atexit_cb(PluginId, void (*)(PluginId, void*), void*);
size_t qemu_plugin_tb_n_insns(const Block*);
void qemu_plugin_register_vcpu_tb_exec_inline(Block*, int operation, void* counter, uint64_t by);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { kAdd = 0 };

static uint64_t executed;

static void on_translation(PluginId id, Block* block) {
  (void)id;
  qemu_plugin_register_vcpu_tb_exec_inline(block, kAdd, &executed, qemu_plugin_tb_n_insns(block));
}

static void on_exit_of_program(PluginId id, void* data) {
  (void)id, (void)data;
  fprintf(stderr, "\nexecuted %" PRIu64 "\n", executed);
}

__attribute__((visibility("default"))) int qemu_plugin_install(PluginId id, const void* info, int argc, char** argv) {
  (void)info, (void)argc, (void)argv;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, on_exit_of_program, NULL);
  return 0;
}
