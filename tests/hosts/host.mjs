// A browser and servers for the tests of figures in other people's pages.
//
// Everything that is opened here closes by itself: pages with their test, the browser and the servers with the file.

import { createServer } from "node:http";
import { after } from "node:test";
import { chromium } from "playwright-core";
import sirv from "sirv";
import { DIST } from "./sites.mjs";

const ARGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];

let browser;
const servers = new Map();

after(async () => {
  await (await browser)?.close();
  for (const server of servers.values()) {
    const { close } = await server;
    await close();
  }
});

/** Serves a folder; the address ends in `/`. */
async function serve(folder) {
  const files = sirv(folder, { dev: true });
  const server = createServer((request, response) => {
    files(request, response, () => {
      // A site may name an icon that it does not have, and a browser asks for it whenever it likes: that is no fault.
      const icon = /\/favicon\.\w+$/.test(request.url);
      response.statusCode = icon ? 204 : 404;
      response.end(icon ? undefined : "not found");
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const close = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

/**
 * Opens a page of a folder.
 *
 * `complaints` collects console errors, uncaught errors and requests that failed; `requests` all addresses.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} path the path below the folder, or a `file:` address
 * @param {{ folder?: string, body?: string, context?: object, prepare?: (page: import("playwright-core").Page) => unknown }}
 *   [options] the folder; HTML to serve instead of the path's file; playwright's options for the page; what is done before
 *   the page loads
 */
export async function open(t, path, { folder = DIST, body, context: options = {}, prepare } = {}) {
  browser ??= chromium.launch({ executablePath: process.env.ROSTERLAB_CHROMIUM || "/usr/bin/chromium", args: ARGS });
  const context = await (await browser).newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error}`));
  page.on("request", (request) => requests.push(request.url()));
  let address = path;
  if (!path.startsWith("file:")) {
    if (!servers.has(folder)) servers.set(folder, serve(folder));
    const { url } = await servers.get(folder);
    address = url + path;
    // Sites of others may ask for fonts and scripts of others: tests work without a network.
    await page.route((to) => !to.href.startsWith(url) && /^https?:$/.test(to.protocol), (route) => route.abort());
    if (body !== undefined) await page.route(address, (route) => route.fulfill({ contentType: "text/html", body }));
  }
  await prepare?.(page);
  await page.goto(address);
  return { page, address, complaints, requests };
}

/** Waits until `look` gives `expected`, or says what it gives. */
export async function eventually(look, expected, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  const wanted = JSON.stringify(expected);
  for (;;) {
    const found = await look();
    if (JSON.stringify(found) === wanted) return;
    if (Date.now() > end) throw new Error(`expected ${wanted}, found ${JSON.stringify(found)}`);
    await new Promise((done) => setTimeout(done, 30));
  }
}

/** Makes the figures of a page live and waits for them. */
export const wakeAll = (page) =>
  page.evaluate(async () => {
    await customElements.whenDefined("rosterlab-playground");
    const all = [...document.querySelectorAll("rosterlab-playground")];
    await Promise.all(all.map((figure) => figure.wake()));
    return all.length;
  });

/** The luminance, 0 to 1, of a colour that `getComputedStyle` gives. */
export function luminance(color) {
  const [red, green, blue] = color.match(/[\d.]+/g).map(Number);
  const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** The contrast of two colours. */
export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** What of a page's figures, still or live, is dark: a list of "dark" and "light". */
export const schemes = (page) =>
  page
    .evaluate(() =>
      [...document.querySelectorAll("rosterlab-playground")].map((element) => {
        const figure = (element.shadowRoot ?? element).querySelector("figure.rl");
        return getComputedStyle(figure).backgroundColor;
      }),
    )
    .then((all) => all.map((color) => (luminance(color) < 0.2 ? "dark" : "light")));
