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

async function fetchModule(name, options) {
  const response = await fetch(new URL(name, import.meta.url), options);
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  return response;
}

async function importGlue(name) {
  try {
    return await import(name);
  } catch (error) {
    // Not every browser names the file.
    throw new Error(`${name.slice(2)}: ${error.message}`, { cause: error });
  }
}

// The module compiles while it arrives.
async function start(name, options) {
  const [glue, response] = await Promise.all([importGlue(`./${name}.js`), fetchModule(`./${name}_bg.wasm`, options)]);
  await glue.default({ module_or_path: response });
  return glue;
}

function addStyle(name) {
  const link = document.createElement("link");
  const added = new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => reject(new Error(`${name} is missing`));
  });
  link.rel = "stylesheet";
  link.href = name;
  document.head.append(link);
  return added;
}

async function startAnnex() {
  const [glue] = await Promise.all([start("rosterlab-annex"), addStyle("./annex.css")]);
  return glue;
}

// The annex. What is not there at first has a module of its own, which is fetched when it is first wanted.
let starting;
const annex = () =>
  (starting ??= startAnnex().catch((error) => {
    starting = undefined;
    throw error;
  }));

// The console. The app calls this with the share link of its experiment; `typed` hears the link of what was typed, `closed` why
// the console closes: nothing if a person wanted it.
let opening;
let experiment;
globalThis.showConsole = async (isShown, link, typed, closed) => {
  const host = document.getElementById("console");
  const wasHidden = host.hidden;
  host.hidden = !isShown;
  experiment = link;
  if (!isShown) return;
  try {
    opening ??= annex().then(({ Console }) => new Console(host, experiment, typed, closed));
    const opened = await opening;
    opened.show(experiment);
    if (wasHidden) opened.focus();
  } catch (error) {
    opening = undefined;
    closed(error.message);
  }
};

// What a person opens, drops or pastes. The app says once where the share link goes that it comes to, and why it comes to none;
// and gives the link of what is on the floor.
let opened;
let refused;
let floor;
globalThis.takeFiles = (link, why, shown) => {
  opened = link;
  refused = why;
  floor = shown;
};

const MOST_BYTES = 64 * 1024 * 1024;

// A person's own cluster, in a dialog.
let own;
async function showOwn() {
  const { Own } = await annex();
  own ??= new Own(document.getElementById("own"), opened);
  own.show(floor());
  return own;
}

// Files of an operator go into the dialog, others on the floor. Without any, the dialog opens.
globalThis.openFiles = async (files = []) => {
  if (files.length === 0) {
    await showOwn().catch((error) => refused(error.message));
    return;
  }
  for (const file of files) {
    try {
      if (file.size > MOST_BYTES) throw new Error(`${file.name} is too large: at most 64 MiB can be read. Nothing has changed.`);
      const { linkIn, isOperators } = await annex();
      const bytes = await file.arrayBuffer().then((buffer) => new Uint8Array(buffer)).catch(() => undefined);
      const isForOwn = files.length > 1 || document.getElementById("own").open || isOperators(bytes ?? new Uint8Array());
      if (bytes && isForOwn) (await showOwn()).add(file.name, bytes);
      else opened(linkIn(bytes && new TextDecoder().decode(bytes), file.size));
    } catch (error) {
      if (own && document.getElementById("own").open) own.say(error.message);
      else refused?.(error.message);
    }
  }
};

// Keys that are pressed in the dialog are not for the page under it.
document.getElementById("own")?.addEventListener("keydown", (event) => event.stopPropagation());

const hasFiles = ({ types }) => types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (hasFiles(event.dataTransfer)) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!hasFiles(event.dataTransfer)) return;
  event.preventDefault();
  openFiles([...event.dataTransfer.files]);
});
document.addEventListener("paste", ({ target, clipboardData }) => {
  const text = clipboardData.getData("text");
  if (text && !target.closest("input, textarea, select")) openFiles([new File([text], "pasted")]);
});
// The end of the annex.

try {
  // The mode and the credentials of the preload in index.html. With others, a browser fetches the module once more.
  await start("rosterlab-app", { mode: "no-cors", credentials: "include" });
} catch (error) {
  console.error(error);
  showFailure(error);
}
