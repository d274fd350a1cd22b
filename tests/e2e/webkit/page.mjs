// The part of Playwright's interface that the tests use, over a `Session`. A method does what Playwright's does: whatever acts
// on an element waits until there is one, and none but one.

import { EventEmitter } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const DEADLINE_MS = 30_000;
const FIND = readFileSync(new URL("./find.js", import.meta.url), "utf8");

/** What WebDriver calls the keys that write nothing. */
const KEYS = {
  Backspace: "\uE003", Tab: "\uE004", Enter: "\uE007", Shift: "\uE008", Control: "\uE009", Alt: "\uE00A", Escape: "\uE00C",
  Space: " ", PageUp: "\uE00E", PageDown: "\uE00F", End: "\uE010", Home: "\uE011", ArrowLeft: "\uE012", ArrowUp: "\uE013",
  ArrowRight: "\uE014", ArrowDown: "\uE015", Delete: "\uE017",
};
const keyOf = (name) => KEYS[name] ?? name;

/** Waits until `attempt` gives something else than `undefined`, or fails with what `why` says. */
async function until(attempt, why, timeout = DEADLINE_MS) {
  const end = Date.now() + timeout;
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(why());
    await sleep(20);
  }
}

/** A text or an expression to look for, as the page can read it. */
const wanted = (text) => (text instanceof RegExp ? { source: text.source, flags: text.flags } : text);

class Locator {
  constructor(page, chain, frame) {
    Object.assign(this, { page, chain, frame });
  }

  #with(...step) {
    return new Locator(this.page, [...this.chain, step], this.frame);
  }

  locator(css, { hasText } = {}) {
    // `:has-text()` is Playwright's own.
    const [, plain, text] = /^(.*):has-text\("(.*)"\)$/.exec(css) ?? [];
    const found = this.#with("css", plain ?? css);
    return text === undefined && hasText === undefined ? found : found.filter({ hasText: text ?? hasText });
  }
  getByRole = (role, { name } = {}) => this.#with("role", role, wanted(name));
  getByText = (text) => this.#with("text", wanted(text));
  getByLabel = (text) => this.#with("label", wanted(text));
  filter = ({ hasText }) => this.#with("hasText", wanted(hasText));
  nth = (place) => this.#with("nth", place);
  first = () => this.nth(0);
  last = () => this.nth(-1);

  toString() {
    return JSON.stringify(this.chain);
  }

  /** Runs `body` with what is `found`, and with `given`. */
  async #all(body, ...given) {
    const script = `${FIND} const [chain, ...given] = arguments; const found = find(chain); ${body}`;
    return this.page.run(script, [this.chain, ...given], this.frame);
  }

  /** Runs `body` with the `element` as soon as there is one. */
  async #one(body, ...given) {
    const script = `
      if (found.length === 0) throw Object.assign(new Error("there is none"), { isMissing: true });
      if (found.length > 1) throw new Error(found.length + " elements fit");
      const [element] = found;
      ${body}`;
    const attempt = async () => {
      try {
        return { value: await this.#all(script, ...given) };
      } catch (error) {
        if (error.isMissing) return undefined;
        throw new Error(`${this}: ${error.message}`, { cause: error });
      }
    };
    return (await until(attempt, () => `waited for ${this}`)).value;
  }

  count = () => this.#all("return found.length");
  all = async () => Array.from({ length: await this.count() }, (_, place) => this.nth(place));
  evaluate = (fn, given) => this.#one(`return (${fn})(element, given[0])`, given);
  evaluateAll = (fn, given) => this.#all(`return (${fn})(found, given[0])`, given);
  getAttribute = (name) => this.#one("return element.getAttribute(given[0])", name);
  textContent = () => this.#one("return element.textContent");
  allTextContents = () => this.#all("return found.map((element) => element.textContent)");
  // WebKit ends the text of a block whose last child is a paragraph with a line break. The others do not.
  innerText = () => this.#one("return element.innerText.replace(/\\n$/, '')");
  allInnerTexts = () => this.#all("return found.map((element) => element.innerText.replace(/\\n$/, ''))");
  inputValue = () => this.#one("return element.value");
  isChecked = () => this.#one("return element.checked");
  isDisabled = () => this.#one("return element.matches(':disabled')");
  isVisible = () => this.#all("return found.length > 0 && isShown(found[0])");
  focus = () => this.#one("element.focus()");
  scrollIntoViewIfNeeded = () =>
    this.#one(`
      const { top, bottom, left, right } = element.getBoundingClientRect();
      const isInView = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
      if (!isInView) element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });`);

  async waitFor({ state = "visible", timeout } = {}) {
    const attempt = async () => {
      const shown = await this.#all("return found.map(isShown)").catch((error) => {
        if (error.isMissing) return [];
        throw error;
      });
      const is = { attached: shown.length > 0, visible: shown.includes(true), hidden: !shown.includes(true) };
      return is[state] || undefined;
    };
    await until(attempt, () => `waited for ${this} to be ${state}`, timeout);
  }

  async boundingBox() {
    const box = await this.#one("const { x, y, width, height } = element.getBoundingClientRect(); return { x, y, width, height }");
    const { x, y } = await this.#offset();
    return { ...box, x: box.x + x, y: box.y + y };
  }

  /** Where the frame lies in the window. */
  async #offset() {
    if (!this.frame) return { x: 0, y: 0 };
    const script = `
      const frame = document.querySelector(arguments[0]);
      const { x, y } = frame.getBoundingClientRect();
      return { x: x + frame.clientLeft, y: y + frame.clientTop };`;
    return this.page.run(script, [this.frame]);
  }

  /** Where to point or press: shown, with nothing over it, and in the same place in two frames. To be pressed, it is enabled too. */
  async #point({ position, force = false, toPress = true } = {}) {
    let why = "";
    const script = `
      const before = target(element, ...given);
      const nextFrame = window.nextFrame ?? requestAnimationFrame;
      await new Promise((done) => nextFrame(() => nextFrame(done)));
      const after = target(element, ...given);
      return after.why || (after.x === before.x && after.y === before.y) ? after : { why: "it moves" };`;
    let tried = 0;
    const attempt = async () => {
      // At another place in the window, no bar that stays in view may lie over it.
      const block = ["center", "start", "end"][tried % 3];
      tried += 1;
      const found = await this.#one(script, position ?? null, force, block, toPress);
      why = found.why;
      return found.why ? undefined : found;
    };
    const point = await until(attempt, () => `cannot press ${this}: ${why}`);
    const offset = await this.#offset();
    return { x: point.x + offset.x, y: point.y + offset.y };
  }

  async click({ modifiers = [], ...options } = {}) {
    const attempt = async () => {
      const { x, y } = await this.#point(options);
      if (!options.force) await this.#one("aim(element)");
      for (const key of modifiers) await this.page.keyboard.down(key);
      await this.page.mouse.click(x, y);
      for (const key of modifiers) await this.page.keyboard.up(key);
      // A page that was left by the click has forgotten it.
      const hasMissed = () => this.page.run("return window.hasMissed?.() ?? false", [], this.frame);
      return !options.force && (await hasMissed().catch(() => false)) ? undefined : true;
    };
    await until(attempt, () => `cannot hit ${this}`);
  }

  async hover(options) {
    const { x, y } = await this.#point({ ...options, toPress: false });
    await this.page.mouse.move(x, y);
  }

  async check() {
    if (!(await this.isChecked())) await this.click();
  }

  async uncheck() {
    if (await this.isChecked()) await this.click();
  }

  async press(key) {
    await this.focus();
    await this.page.keyboard.press(key);
  }

  async pressSequentially(text) {
    await this.focus();
    await this.page.keyboard.type(text);
  }

  async fill(text) {
    await this.waitFor();
    await this.#one(`
      element.focus();
      element.select();
      if (given[0] === "") document.execCommand("delete");
      else document.execCommand("insertText", false, given[0]);`, text);
  }

  selectOption(choice) {
    return this.#one(`
      const [choice] = given;
      const options = [...element.options];
      const option = choice.index === undefined
        ? options.find(({ value, label }) => value === choice || label === choice)
        : options[choice.index];
      if (!option) throw Object.assign(new Error("there is no such option"), { isMissing: true });
      element.value = option.value;
      for (const kind of ["input", "change"]) element.dispatchEvent(new Event(kind, { bubbles: true, composed: true }));`, choice);
  }

  /** Gives a file to a field: a path, or a name with its contents. */
  async setInputFiles(file) {
    let path = file;
    if (typeof file !== "string") {
      path = join(mkdtempSync(join(this.page.session.home, "file-")), file.name);
      writeFileSync(path, file.buffer);
    }
    await this.waitFor({ state: "attached" });
    await this.page.session.upload(this.chain.map(([, css]) => css).join(" "), path);
  }
}

class Mouse {
  #at = { x: 0, y: 0 };
  #session;

  constructor(session) {
    this.#session = session;
  }

  #do(...actions) {
    const mouse = { type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions };
    return this.#session.call("POST", "/actions", { actions: [mouse] });
  }

  #moves(x, y, steps = 1) {
    const from = this.#at;
    this.#at = { x, y };
    return Array.from({ length: steps }, (_, step) => ({
      type: "pointerMove",
      duration: 0,
      x: Math.round(from.x + ((x - from.x) * (step + 1)) / steps),
      y: Math.round(from.y + ((y - from.y) * (step + 1)) / steps),
    }));
  }

  move = (x, y, { steps } = {}) => this.#do(...this.#moves(x, y, steps));
  down = () => this.#do({ type: "pointerDown", button: 0 });
  up = () => this.#do({ type: "pointerUp", button: 0 });
  click = (x, y) => this.#do(...this.#moves(x, y), { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 });
}

class Keyboard {
  #session;

  constructor(session) {
    this.#session = session;
  }

  #do(...actions) {
    return this.#session.call("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  down = (key) => this.#do({ type: "keyDown", value: keyOf(key) });
  up = (key) => this.#do({ type: "keyUp", value: keyOf(key) });

  press(combination) {
    const keys = combination === "+" ? ["+"] : combination.split("+").map(keyOf);
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const up = keys.toReversed().map((value) => ({ type: "keyUp", value }));
    return this.#do(...down, ...up);
  }

  type(text) {
    return this.#do(...[...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]));
  }
}

export class Page extends EventEmitter {
  #address = "about:blank";
  #asking = null;
  #context;

  constructor(context, session, proxy) {
    super();
    Object.assign(this, { session, keyboard: new Keyboard(session), mouse: new Mouse(session) });
    this.#context = context;
    this.proxy = proxy;
    proxy.on("request", (url) => this.emit("request", { url: () => url }));
    proxy.on("failed", (url, errorText) => this.emit("requestfailed", { url: () => url, failure: () => ({ errorText }) }));
    proxy.on("said", ({ kind, text }) => {
      if (kind === "uncaught") this.emit("pageerror", new Error(text));
      else this.emit("console", { type: () => kind, text: () => text });
    });
  }

  /** Runs a function's `body` in the page, or in a frame of it. */
  async run(body, args, frame = null) {
    const { value, address, error, isMissing } = await this.session.run(body, args, frame);
    if (error !== undefined) throw Object.assign(new Error(error), { isMissing });
    if (!frame) this.#address = address;
    return value;
  }

  context = () => this.#context;
  #root = (frame = null) => new Locator(this, [], frame);
  locator = (css, options) => this.#root().locator(css, options);
  getByRole = (role, options) => this.#root().getByRole(role, options);
  getByText = (text) => this.#root().getByText(text);
  getByLabel = (text) => this.#root().getByLabel(text);
  frameLocator = (css) => this.#root(css);
  frames = () => [this, { evaluate: (fn, given) => this.run(`return (${fn})(arguments[0])`, [given], "iframe") }];

  async goto(url) {
    await this.session.call("POST", "/url", { url });
    // Where only the part after the # changes nothing is loaded, and the page hears of it a little later.
    await this.evaluate(() => new Promise((done) => setTimeout(done)));
  }
  reload = () => this.session.call("POST", "/refresh", {});
  title = () => this.session.call("GET", "/title");

  /** Playwright answers at once, so this does too: with the address when the page last ran something. It is asked again. */
  url() {
    this.#asking ??= this.evaluate(() => null).catch(() => {}).finally(() => { this.#asking = null; });
    return this.#address;
  }

  async evaluate(code, given) {
    if (typeof code === "function") return this.run(`return (${code})(arguments[0])`, [given]);
    let isExpression = true;
    try {
      new Function(`return (${code})`);
    } catch {
      isExpression = false;
    }
    return this.run(isExpression ? `return (${code})` : code);
  }

  async waitForFunction(fn, given, { timeout } = {}) {
    await until(async () => (await this.evaluate(fn, given)) || undefined, () => `waited for ${fn}`, timeout);
  }

  waitForSelector = (css, options) => this.locator(css).first().waitFor(options);

  async waitForEvent(kind) {
    if (kind !== "download") throw new Error(`a page in WebKit tells nothing of ${kind}`);
    const folder = join(this.session.home, "Downloads");
    const files = () => readdirSync(folder).filter((name) => !name.endsWith(".wkdownload"));
    const age = (name) => statSync(join(folder, name)).mtimeMs;
    const before = new Map(files().map((name) => [name, age(name)]));
    const isNew = (name) => age(name) !== before.get(name) && statSync(join(folder, name)).size > 0;
    const name = await until(async () => files().find(isNew), () => "waited for a download");
    return { suggestedFilename: () => name, path: async () => join(folder, name) };
  }

  async screenshot() {
    return Buffer.from(await this.session.call("GET", "/screenshot"), "base64");
  }

  async setViewportSize({ width, height }) {
    await this.session.call("POST", "/window/rect", { x: 0, y: 0, width, height });
    await this.waitForFunction((size) => innerWidth === size.width && innerHeight === size.height, { width, height });
  }

  async addInitScript(fn, given) {
    this.proxy.initScripts.push(typeof fn === "function" ? `(${fn})(${JSON.stringify(given) ?? ""})` : fn);
  }

  async route(pattern, answer) {
    this.proxy.routes.unshift({ pattern, answer });
  }

  async unroute(pattern) {
    this.proxy.routes = this.proxy.routes.filter((route) => route.pattern !== pattern);
  }
}
