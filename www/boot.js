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

// Files in the scenario format are read and written by the engine of the JavaScript API, which is fetched when the first of
// them is: few people ever need it, and its reader is a third as large as the page.
let engine;
const playground = async () => {
  engine ??= import("./embed/rosterlab.js").then(async (module) => {
    await module.default();
    return module.Playground;
  });
  try {
    return await engine;
  } catch (error) {
    // So that it can be tried again.
    engine = undefined;
    throw error;
  }
};

globalThis.rosterlabScenarios = {
  /** The link of what a scenario file comes to. */
  async linkOf(text) {
    return new (await playground())(text).link();
  },
  /** A scenario file of what a link comes to, which expects the counts there. */
  async fileOf(link) {
    return (await playground()).fromLink(link).asTest("scenario");
  },
  /** Gives the browser a file to keep. */
  save(name, text) {
    const anchor = document.createElement("a");
    anchor.download = name;
    anchor.href = `data:application/json,${encodeURIComponent(text)}`;
    anchor.click();
  },
};

try {
  const { default: init } = await import("./rosterlab-app.js");
  await init({ module_or_path: new URL("./rosterlab-app_bg.wasm", import.meta.url) });
} catch (error) {
  console.error(error);
  showFailure(error);
}
