// Files in the scenario format are read, and tests written, by the engine of the JavaScript API.
//
// It is fetched when the first of them is wanted; boot.js fetches this file then.

let engine;

async function playground() {
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
}

/** The link of what a scenario file comes to. */
export async function linkOf(text) {
  return new (await playground())(text).link();
}

/** What a link comes to as a test of a kind: "rust", "javascript", or "scenario", a file that expects the counts there. */
export async function testOf(link, kind) {
  return (await playground()).fromLink(link).asTest(kind);
}

/** Gives the browser a file to keep. */
export function save(name, text) {
  const anchor = document.createElement("a");
  anchor.download = name;
  anchor.href = `data:application/json,${encodeURIComponent(text)}`;
  anchor.click();
}
