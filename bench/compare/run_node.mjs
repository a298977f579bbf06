// Runs a WASI command module in Node:  node run_node.mjs FILE.wasm
//
// If INVAR_BENCH_TIMES names a file, the CPU time of all threads for compiling and instantiating is written there.
import { readFile, writeFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const wasi = new WASI({ version: 'preview1', args: [process.argv[2]], returnOnExit: true });
const bytes = await readFile(process.argv[2]);
const start = cpuSeconds();
// The synchronous way: Node may end while it waits for compilation that goes on in other threads.
const module = new WebAssembly.Module(bytes);
const compiled = cpuSeconds();
const imports = wasi.getImportObject?.() ?? { wasi_snapshot_preview1: wasi.wasiImport };
const instance = new WebAssembly.Instance(module, imports);
const instantiated = cpuSeconds();
if (process.env.INVAR_BENCH_TIMES) {
  const times = { compile: compiled - start, instantiate: instantiated - compiled };
  await writeFile(process.env.INVAR_BENCH_TIMES, JSON.stringify(times));
}
process.exitCode = wasi.start(instance);
