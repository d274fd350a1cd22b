// The package where its user loads the module: `await init()` before anything else. It needs no top-level await.

import load, * as bindings from "./rosterlab.js";
import { RosterlabError, guarded } from "./guard.js";

export { RosterlabError, isRosterlabError } from "./guard.js";
export const { AvailabilityCode, Playground, RuleCode, runScenario, succession, verdictOf, version } = guarded(bindings);

const cannot = (url, why) =>
  new RosterlabError("load", null, `the module is not at ${url}: ${why}. If a bundler moved the script, copy rosterlab_bg.wasm beside it or tell the bundler (docs/api.md, "With a bundler").`);

/** The module at an address. */
async function from(url) {
  if (url.protocol === "file:") {
    // Engines other than browsers; a bundler must not look for this.
    const files = "node:fs/promises";
    const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ files);
    return readFile(url).catch((error) => { throw cannot(url, error.message); });
  }
  const answer = await fetch(url).catch((error) => { throw cannot(url, error.message); });
  if (!answer.ok) throw cannot(url, `the server answered ${answer.status}`);
  if (answer.headers.get("content-type")?.startsWith("text/html")) throw cannot(url, "the server answered with a page");
  return answer;
}

let loading;

/** Loads the module once: from beside this file, from an address, or as bytes, a response or a compiled module. */
export default function init(module = new URL("./rosterlab_bg.wasm", import.meta.url)) {
  loading ??= (async () => {
    const found = await module;
    const url = typeof found === "string" ? new URL(found, globalThis.location?.href) : found;
    await load({ module_or_path: url instanceof URL ? await from(url) : found });
  })().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
