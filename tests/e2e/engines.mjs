// The three engines that the tests run in: how each is started, and what a test cannot do there.
//
// ROSTERLAB_ENGINE names the engine: chromium (which is what is meant without it), firefox or webkit. Tests are written for
// Playwright, which drives Chromium and an unpatched Firefox; `webkit/` gives WebKitGTK the same interface.
//
//     test("a card moves by touch", { skip: cannot("touch") }, async (t) => { … });
//
// `walk` is `test` for what differs between engines. Beside Chromium, continuous integration runs the walks alone: that is
// what ROSTERLAB_WALKS says.

import { test as nodeTest } from "node:test";
import { chromium, firefox } from "playwright-core";
import { webkit } from "./webkit/webkit.mjs";

export const ENGINE = process.env.ROSTERLAB_ENGINE || "chromium";

const NO_MEDIA = "its driver cannot change a medium while a page is open";
const NO_SHOTS = "the reference screenshots are Chromium's";

/** What a test may need, and why an engine lacks it. */
const LACKS = {
  chromium: {},
  firefox: {
    "changing media": NO_MEDIA,
    "no scripts": "its driver cannot turn scripts off",
    "reference shots": NO_SHOTS,
    "files from blobs": "its driver told of no file that a link to a blob gives",
    "a made paste": "its scripts make events of a paste without data",
  },
  webkit: {
    touch: "WebKitGTK's driver has no fingers",
    "a still pointer": "its driver moves the pointer and does not leave it there",
    "forced colours": "WebKitGTK has no forced colours",
    "changing media": NO_MEDIA,
    "larger text": "MiniBrowser has no setting for the size of text",
    "reference shots": NO_SHOTS,
  },
};
if (!LACKS[ENGINE]) throw new Error(`ROSTERLAB_ENGINE is one of ${Object.keys(LACKS).join(", ")}, not ${ENGINE}`);

/** Why this engine cannot run a test with these needs, or `false`. */
export const cannot = (...needs) => needs.map((need) => LACKS[ENGINE][need]).find(Boolean) ?? false;

/** The smallest width of a window, in CSS pixels: a small phone's, where the browser goes so far. MiniBrowser stops at 334. */
export const NARROW = ENGINE === "webkit" ? 340 : 320;

/** A test that continuous integration runs in every engine. */
export const walk = nodeTest;

/** A test that it runs in Chromium alone. Node's own ways to choose tests count all others as skipped. */
export const test = process.env.ROSTERLAB_WALKS ? () => {} : nodeTest;

/** No GPU, no sandbox (tests may run as root), and none of the browser's own traffic. */
export const CHROMIUM_ARGS = [
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

/** What Playwright emulates in Chromium are preferences in Firefox. They belong to the browser and not to a context. */
function firefoxPreferences({ colorScheme, reducedMotion, forcedColors, hasTouch, fontSize }) {
  return {
    "layout.css.prefers-color-scheme.content-override": colorScheme === "dark" ? 0 : 1,
    ...(reducedMotion === "reduce" && { "ui.prefersReducedMotion": 1 }),
    ...(forcedColors === "active" && { "browser.display.document_color_use": 2 }),
    ...(hasTouch && {
      "dom.w3c_touch_events.enabled": 1,
      "ui.primaryPointerCapabilities": 1,
      "ui.allPointerCapabilities": 1,
      // A phone's scrollbars lie over the page.
      "ui.useOverlayScrollbars": 1,
    }),
    ...(fontSize && { "font.size.variable.x-western": fontSize }),
  };
}

const LAUNCH = {
  chromium: (_, { args = [], env = {} }) =>
    chromium.launch({
      executablePath: process.env.ROSTERLAB_CHROMIUM || "/usr/bin/chromium",
      args: [...CHROMIUM_ARGS, ...args],
      env: { ...process.env, ...env },
    }),
  firefox: (firefoxUserPrefs) =>
    firefox.launch({
      channel: "moz-firefox",
      executablePath: process.env.ROSTERLAB_FIREFOX || "/usr/bin/firefox-esr",
      firefoxUserPrefs,
    }),
  webkit: () => webkit.launch(),
};

const browsers = new Map();

/** The browser for a context with `contextOptions`: one for all that want the same. `launch` is for Chromium alone. */
export function sharedBrowser(contextOptions, launch = {}) {
  const preferences = ENGINE === "firefox" ? firefoxPreferences(contextOptions) : null;
  const key = JSON.stringify([preferences, launch]);
  if (!browsers.has(key)) browsers.set(key, LAUNCH[ENGINE](preferences, launch));
  return browsers.get(key);
}

export async function closeBrowsers() {
  for (const browser of browsers.values()) await (await browser).close();
}

/** Opens a page in a context of its own. */
export async function newPage({ fontSize, ...contextOptions }, launch) {
  const browser = await sharedBrowser({ fontSize, ...contextOptions }, launch);
  // Only Chromium can be told to be a phone.
  if (ENGINE !== "chromium") delete contextOptions.isMobile;
  const context = await browser.newContext(contextOptions);
  const page = await context.newPage();
  if (ENGINE === "chromium" && fontSize) {
    const session = await context.newCDPSession(page);
    await session.send("Page.setFontSizes", { fontSizes: { standard: fontSize } });
  }
  return page;
}

/** A finger on a page. Playwright's can tap in Chromium and nothing else, so this speaks each driver's own language. */
export class Finger {
  constructor(page) {
    this.page = page;
  }

  async #chromium(type, ...touchPoints) {
    this.session ??= await this.page.context().newCDPSession(this.page);
    await this.session.send("Input.dispatchTouchEvent", { type, touchPoints });
  }

  /** Playwright does not offer WebDriver BiDi to its users, and its own finger does nothing in Firefox. */
  async #firefox(...actions) {
    const { _session: session } = this.page._connection.toImpl(this.page).delegate;
    const finger = { type: "pointer", id: "finger", parameters: { pointerType: "touch" }, actions };
    await session.send("input.performActions", { context: session.sessionId, actions: [finger] });
  }

  down(x, y) {
    if (ENGINE === "chromium") return this.#chromium("touchStart", { x, y });
    return this.#firefox({ type: "pointerMove", x: Math.round(x), y: Math.round(y) }, { type: "pointerDown", button: 0 });
  }

  move(x, y) {
    if (ENGINE === "chromium") return this.#chromium("touchMove", { x, y });
    return this.#firefox({ type: "pointerMove", x: Math.round(x), y: Math.round(y) });
  }

  up() {
    if (ENGINE === "chromium") return this.#chromium("touchEnd");
    return this.#firefox({ type: "pointerUp", button: 0 });
  }

  /** Draws a line in small moves. */
  async drag(from, to, { release = true } = {}) {
    await this.down(from.x, from.y);
    for (let step = 1; step <= 8; step += 1) {
      await this.move(from.x + ((to.x - from.x) * step) / 8, from.y + ((to.y - from.y) * step) / 8);
    }
    if (release) await this.up();
  }

  async tap(locator) {
    await locator.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await locator.boundingBox();
    await this.down(x + width / 2, y + height / 2);
    await this.up();
  }
}
