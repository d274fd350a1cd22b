// One Chromium and one server for each test file, and a fresh page for each test.
//
//     test("…", async (t) => {
//       const { page, complaints } = await openPage(t);
//       …
//       assert.deepEqual(complaints, []);
//     });
//
// Everything opened here is closed by itself: pages with their test, browser and servers with the
// file.

import { after } from "node:test";
import { chromium } from "playwright-core";
import { startServer } from "./server.mjs";

/** No GPU, no sandbox (tests may run as root), and no traffic of the browser's own. */
export const BROWSER_ARGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let browser;
const servers = new Map();

after(async () => {
  await (await browser)?.close();
  for (const server of servers.values()) await (await server).close();
});

function sharedBrowser() {
  browser ??= chromium.launch({
    executablePath: process.env.ROSTERLAB_CHROMIUM || "/usr/bin/chromium",
    args: BROWSER_ARGS,
  });
  return browser;
}

function sharedServer(base, policy) {
  const key = `${base} ${policy}`;
  if (!servers.has(key)) servers.set(key, startServer({ base, policy }));
  return servers.get(key);
}

/**
 * Opens a blank page for one test, in a context of its own. Go to `url` to load Rosterlab.
 *
 * `complaints` fills with what the page should never say: console errors and warnings, uncaught
 * errors, and requests that failed. `requests` fills with the addresses that the page asked for.
 *
 * @param {import("node:test").TestContext} t the page is closed when this test ends
 * @param {{ base?: string, policy?: string, context?: import("playwright-core").BrowserContextOptions }} [options]
 *   the path under which the site lies, and what playwright is told about the page: its viewport,
 *   its colour scheme …
 */
export async function openBlankPage(t, { base = "/", policy, context: contextOptions = {} } = {}) {
  const { url } = await sharedServer(base, policy);
  const context = await (await sharedBrowser()).newContext(contextOptions);
  t.after(() => context.close());
  const page = await context.newPage();

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
  return { page, url, complaints, requests };
}

/**
 * Opens Rosterlab for one test and waits until the app has mounted. It takes and gives what
 * `openBlankPage` does.
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
