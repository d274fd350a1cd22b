// Starts the app, or says on the page why it did not start.
//
// The app replaces the loading line when it mounts. From then on the app itself reports errors.

const root = document.getElementById("app");

function showFailure(error) {
  const sentence = document.createElement("p");
  sentence.setAttribute("role", "alert");
  sentence.textContent =
    "Rosterlab could not be started. Reload the page; if that does not help, this browser may " +
    `not support WebAssembly, or a file of the page is missing. What went wrong: ${error}`;
  root.replaceChildren(sentence);
}

async function fetchModule() {
  const response = await fetch(new URL("./rosterlab-app_bg.wasm", import.meta.url));
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  return response;
}

try {
  // The module compiles while it arrives.
  const [{ default: init }, response] = await Promise.all([import("./rosterlab-app.js"), fetchModule()]);
  await init({ module_or_path: response });
} catch (error) {
  console.error(error);
  showFailure(error);
}
