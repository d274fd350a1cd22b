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
    `not support WebAssembly, or a file of the page is missing. The browser said: ${error}`;
  root.replaceChildren(sentence);
}

// Few people ever need these, and what they fetch is two thirds as large as the page.
const later = (name) => async (...args) => (await import("./scenarios.js"))[name](...args);
globalThis.rosterlabScenarios = { linkOf: later("linkOf"), testOf: later("testOf"), save: later("save") };

// The module as it is compiled; a build for trying things out leaves it unpacked.
async function fetchModule() {
  const [{ unpack }, response] = await Promise.all([
    import("./unpack.js"),
    fetch(new URL("./rosterlab-app_bg.packed", import.meta.url)),
  ]);
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isPacked = String.fromCharCode(...bytes.subarray(0, 4)) !== "\0asm";
  return isPacked ? unpack(bytes) : bytes;
}

try {
  const [{ default: init }, module] = await Promise.all([import("./rosterlab-app.js"), fetchModule()]);
  await init({ module_or_path: module });
} catch (error) {
  console.error(error);
  showFailure(error);
}
