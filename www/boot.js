// Starts the app, or says in the page why it did not start.
//
// The app replaces the loading line when it mounts; what goes wrong after that is the app's own to
// tell.

const root = document.getElementById("app");

function showFailure(error) {
  const sentence = document.createElement("p");
  sentence.setAttribute("role", "alert");
  sentence.textContent =
    "Rosterlab could not be started. Reload the page; if that does not help, this browser may " +
    `not support WebAssembly, or a file of the page is missing. What went wrong: ${error}`;
  root.replaceChildren(sentence);
}

// Few people ever need these, and what they fetch is nearly as large as the page.
const later = (name) => async (...args) => (await import("./scenarios.js"))[name](...args);
globalThis.rosterlabScenarios = { linkOf: later("linkOf"), testOf: later("testOf"), save: later("save") };

async function fetchBytes(name) {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

// The app's module travels packed (crates/unpack); one for trying things out does not.
async function fetchModule() {
  const [packed, unpacker] = await Promise.all([fetchBytes("./rosterlab-app_bg.packed"), fetchBytes("./unpack.wasm")]);
  if (String.fromCharCode(...packed.subarray(0, 4)) === "\0asm") return packed;
  const { memory, place, unpack } = (await WebAssembly.instantiate(unpacker)).instance.exports;
  const at = place(packed.length);
  if (at === 0) throw new Error("there is too little memory");
  new Uint8Array(memory.buffer, at).set(packed);
  const module = unpack(at, packed.length);
  if (module === 0) throw new Error("rosterlab-app_bg.packed is damaged, or there is too little memory");
  return new Uint8Array(memory.buffer, module);
}

try {
  const [{ default: init }, module] = await Promise.all([import("./rosterlab-app.js"), fetchModule()]);
  await init({ module_or_path: module });
} catch (error) {
  console.error(error);
  showFailure(error);
}
