// One browser and one server for each test file, and a new page for each test. `engines.mjs` says which browser.
//
//     test("…", async (t) => {
//       const { page, complaints } = await openPage(t);
//       …
//       assert.deepEqual(complaints, []);
//     });
//
// Everything that is opened here closes by itself: pages with their test, the browser and the servers
// with the file.

import { after } from "node:test";
import { closeBrowsers, newPage } from "./engines.mjs";
import { startServer } from "./server.mjs";

const servers = new Map();

after(async () => {
  await closeBrowsers();
  for (const server of servers.values()) await (await server).close();
});

function sharedServer(base, policy) {
  const key = `${base} ${policy}`;
  if (!servers.has(key)) servers.set(key, startServer({ base, policy }));
  return servers.get(key);
}

/**
 * Opens a blank page for one test, in a context of its own. Go to `url` to load Rosterlab.
 *
 * `complaints` collects what a healthy page never has: console errors and warnings, uncaught errors,
 * and failed requests. `requests` collects the addresses that the page requests.
 *
 * @param {import("node:test").TestContext} t the page is closed when this test ends
 * @param {{ base?: string, policy?: string, context?: import("playwright-core").BrowserContextOptions,
 *   launch?: { args?: string[], env?: Record<string, string> } }} [options]
 *   the path under which the site is served, its policy, Playwright's options for the page (viewport,
 *   colour scheme …) and `fontSize`, and further arguments and variables for Chromium
 */
export async function openBlankPage(t, { base = "/", policy, context: contextOptions = {}, launch = {} } = {}) {
  const { url } = await sharedServer(base, policy);
  const page = await newPage(contextOptions, launch);
  t.after(() => page.context().close());

  const complaints = [];
  const requests = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      complaints.push(`console ${message.type()}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error}`));
  page.on("requestfailed", (request) => {
    complaints.push(`request failed: ${request.url()} (${request.failure()?.errorText})`);
  });
  page.on("request", (request) => requests.push(request.url()));
  // A test that fails before it looks at them is understood by them.
  t.after(() => complaints.length > 0 && t.diagnostic(`the page complained of ${complaints.join("; ").slice(0, 1000)}`));
  return { page, url, complaints, requests };
}

/**
 * Opens Rosterlab for one test and waits until the app has mounted. Parameters and result are those of
 * `openBlankPage`.
 */
export async function openPage(t, options = {}) {
  const opened = await openBlankPage(t, options);
  await opened.page.goto(opened.url);
  await opened.page.waitForSelector("#app h1").catch((error) => {
    throw new Error(`The app did not mount. The page complained of: ${opened.complaints}`, {
      cause: error,
    });
  });
  return opened;
}
