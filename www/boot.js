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
  // The mode and the credentials of the preload in index.html. With others, a browser fetches the module once more.
  const asPreloaded = { mode: "no-cors", credentials: "include" };
  const response = await fetch(new URL("./rosterlab-app_bg.wasm", import.meta.url), asPreloaded);
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  return response;
}

async function importGlue() {
  try {
    return await import("./rosterlab-app.js");
  } catch (error) {
    // Not every browser names the file.
    throw new Error(`rosterlab-app.js: ${error.message}`, { cause: error });
  }
}

try {
  // The module compiles while it arrives.
  const [{ default: init }, response] = await Promise.all([importGlue(), fetchModule()]);
  await init({ module_or_path: response });
} catch (error) {
  console.error(error);
  showFailure(error);
}
