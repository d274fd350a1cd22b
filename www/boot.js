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

try {
  const { default: init } = await import("./rosterlab-app.js");
  await init({ module_or_path: new URL("./rosterlab-app_bg.wasm", import.meta.url) });
} catch (error) {
  console.error(error);
  showFailure(error);
}
