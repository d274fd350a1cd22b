// A MiniBrowser (WebKitGTK's own small browser) and the WebDriver that drives it: WebDriver's commands as plain requests.
//
// Invariant: neither outlives this process. It knows commands, not pages: `page.mjs` has what tests call.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const DEADLINE_MS = 60_000;

/** Drivers and displays. Each is the head of a group of processes, with its browser. */
const started = new Set();
process.on("exit", () => started.forEach(kill));
// A test that takes too long is ended by a signal, and then nothing hears of an exit.
for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]]) process.once(signal, () => process.exit(128 + number));

function kill(child) {
  started.delete(child);
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

function start(program, args, options) {
  const child = spawn(program, args, { ...options, detached: true });
  started.add(child);
  return child;
}

/** Starts an X server that shows nothing, on a number that it chooses itself. */
export async function startDisplay() {
  const server = start("Xvfb", ["-displayfd", "3", "-screen", "0", "2000x2000x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const [number] = await Promise.race([
    once(server.stdio[3], "data"),
    once(server, "error").then(([error]) => Promise.reject(error)),
  ]);
  return { name: `:${String(number).trim()}`, close: () => kill(server) };
}

/** Debian puts MiniBrowser into a folder with the names of the machine's architecture and of the library's version. */
function miniBrowser() {
  if (process.env.ROSTERLAB_MINIBROWSER) return process.env.ROSTERLAB_MINIBROWSER;
  for (const triple of readdirSync("/usr/lib")) {
    for (const version of ["4.1", "4.0"]) {
      const program = `/usr/lib/${triple}/webkit2gtk-${version}/MiniBrowser`;
      if (existsSync(program)) return program;
    }
  }
  throw new Error("there is no MiniBrowser: install webkit2gtk-driver");
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a user's folder says: where downloads go, and whether things may move. */
function furnish(home, { reducedMotion }) {
  const settings = join(home, ".config/gtk-3.0");
  const downloads = join(home, "Downloads");
  for (const folder of [settings, downloads]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, ".config/user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  if (reducedMotion === "reduce") writeFileSync(join(settings, "settings.ini"), "[Settings]\ngtk-enable-animations=0\n");
}

export class Session {
  #queue = Promise.resolve();

  /** Starts both. Once in some hundred times MiniBrowser does not answer its driver; then both are started again. */
  static async start(given) {
    furnish(given.home, given.options);
    for (let again = 2; ; again -= 1) {
      const session = new Session();
      try {
        await session.#begin(given);
        return session;
      } catch (error) {
        if (session.driver) kill(session.driver);
        if (again === 0) throw error;
      }
    }
  }

  async #begin({ options, proxyPort, home, display }) {
    this.home = home;
    const port = await freePort();
    const env = {
      ...process.env,
      DISPLAY: display,
      HOME: home,
      XDG_CONFIG_HOME: join(home, ".config"),
      XDG_DATA_HOME: join(home, ".local"),
      XDG_CACHE_HOME: join(home, ".cache"),
      GDK_BACKEND: "x11",
      NO_AT_BRIDGE: "1",
      GDK_SCALE: String(options.deviceScaleFactor ?? 1),
      // Tests may run as root, and without the rights that a sandbox needs.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
      // Without a GPU the other renderer needs seconds for a page's first frame.
      WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    };
    delete env.XDG_RUNTIME_DIR;
    this.driver = start("WebKitWebDriver", [`--port=${port}`], { env, stdio: "ignore" });
    let failure = null;
    this.driver.once("error", (error) => { failure = error; });
    this.address = `http://127.0.0.1:${port}`;
    for (let tries = 200; ; tries -= 1) {
      if (failure) throw failure;
      const answered = await this.#request("GET", "/status").then(() => true, () => false);
      if (answered) break;
      if (tries === 0) throw new Error("WebKitWebDriver does not answer");
      await sleep(50);
    }
    const args = ["--automation", "-f", `--proxy=http://127.0.0.1:${proxyPort}`];
    if (options.colorScheme === "dark") args.push("--dark-mode");
    if (options.javaScriptEnabled === false) args.push("--enable-javascript-markup=false");
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": { binary: miniBrowser(), args } } };
    const made = await this.#request("POST", "/session", { capabilities }, 20_000);
    this.address += `/session/${made.sessionId}`;
    this.version = made.capabilities.browserVersion;
    await this.#request("POST", "/timeouts", { script: DEADLINE_MS, pageLoad: DEADLINE_MS, implicit: 0 });
  }

  async #request(method, path, body, deadline = 2 * DEADLINE_MS) {
    const signal = AbortSignal.timeout(deadline);
    const answer = await fetch(this.address + path, { method, body: body && JSON.stringify(body), signal });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }

  /** Does one thing after the other: `work` gets the command that others wait for. */
  #alone(work) {
    const done = this.#queue.then(() => work((...command) => this.#request(...command)));
    this.#queue = done.catch(() => {});
    return done;
  }

  call(method, path, body) {
    return this.#alone((command) => command(method, path, body));
  }

  /** Runs `body`, a function's body with `arguments`, in the page or in the frame at the selector `frame`. */
  run(body, args = [], frame = null) {
    return this.#alone(async (command) => {
      if (frame) {
        const [id] = await command("POST", "/elements", { using: "css selector", value: frame });
        if (!id) return { isMissing: true, error: `there is no frame ${frame}` };
        await command("POST", "/frame", { id });
      }
      try {
        const script = `
          const done = arguments[arguments.length - 1];
          const address = location.href;
          const run = async function () { ${body} };
          Promise.resolve().then(() => run.apply(null, JSON.parse(arguments[0]))).then(
            (value) => done(JSON.stringify({ value, address })),
            (error) => done(JSON.stringify({ error: String(error?.message ?? error), isMissing: error?.isMissing })));`;
        return JSON.parse(await command("POST", "/execute/async", { script, args: [JSON.stringify(args)] }));
      } finally {
        if (frame) await command("POST", "/frame", { id: null });
      }
    });
  }

  /** Gives the file at `path` to the file field at a selector. */
  upload(selector, path) {
    return this.#alone(async (command) => {
      const element = await command("POST", "/element", { using: "css selector", value: selector });
      await command("POST", `/element/${Object.values(element)[0]}/value`, { text: path });
    });
  }

  async close() {
    await this.call("DELETE", "").catch(() => {});
    const isGone = this.driver.exitCode !== null || this.driver.signalCode !== null;
    const gone = isGone ? null : once(this.driver, "exit");
    kill(this.driver);
    await gone;
  }
}
