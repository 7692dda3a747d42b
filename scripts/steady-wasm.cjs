/**
 * Keeps V8 from replacing the wrappers of WebAssembly code while it runs: loaded by `--require` into processes whose coverage is measured.
 *
 * Node takes types off with WebAssembly that all threads of a process share, and keeps no result while coverage is
 * measured. When a thread replaced a wrapper as another one ended, Node 24.21 crashed: SIGSEGV in `NativeModule::FreeCode`,
 * called by `Runtime_TierUpWasmToJSWrapper`.
 */
require("node:v8").setFlagsFromString("--wasm-wrapper-tiering-budget=2147483647")
