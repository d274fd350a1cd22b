export * from "./index.js";

/**
 * Loads the module; call it before anything else, and wait for it.
 *
 * @param module where it is (text or a `URL`), or the module itself: bytes, a `Response` or a `WebAssembly.Module`. By default
 * it is `rosterlab_bg.wasm` beside the script.
 */
export default function init(module?: string | object | Promise<string | object>): Promise<void>;
