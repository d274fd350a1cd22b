// What `rosterlab/node` is for `require`: the package for Node.js, and `serve`, which starts the command line's server.
//
// Invariant: a server that was started is stopped with the process that started it, and what it is asked for in vain is a
// RosterlabError. Not here: the cluster itself, which is the program's.

const { spawn } = require("node:child_process");
const { createInterface } = require("node:readline");
const rosterlab = require("./node.cjs");

const { RosterlabError } = rosterlab;

/** The places of a server's sockets, from the lines that it prints before `ready`. */
function place(line, served) {
  const node = /^node (\S+) (.*):(\d+) rack (\d+)$/.exec(line);
  if (node) served.nodes.push({ id: node[1], host: node[2], port: Number(node[3]), rack: Number(node[4]) });
  const control = /^control (\S+)$/.exec(line);
  if (control) served.control = control[1];
}

/** A reply of the control: its data, or an error with the place that it names. */
async function answered(response) {
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  const told = isJson ? await response.json() : await response.text();
  if (response.ok) return told;
  throw new RosterlabError("refused", told.place || null, told.error ?? told);
}

/** A cluster that is served by a child process. */
class Served {
  #child;

  constructor(child) {
    this.#child = child;
    this.nodes = [];
    this.control = "";
  }

  async #post(path, query, body, type) {
    const url = new URL(path, this.control);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    return answered(await fetch(url, { method: "POST", body, headers: { "content-type": type } }));
  }

  state() {
    return fetch(new URL("/state", this.control)).then(answered);
  }

  do(steps, { until } = {}) {
    return this.#post("/steps", { until }, JSON.stringify(steps), "application/json");
  }

  next({ until } = {}) {
    return this.#post("/next", { until }, "", "text/plain");
  }

  reset() {
    return this.#post("/reset", {}, "", "text/plain");
  }

  admin(lines, { node, until } = {}) {
    return this.#post("/admin", { node, until }, lines, "text/plain");
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.ref();
    const ended = new Promise((done) => this.#child.once("exit", done));
    this.#child.kill("SIGTERM");
    await ended;
  }

  [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]() {
    return this.stop();
  }
}

/** Starts `rosterlab serve` at free ports and waits until clients can connect. */
async function serve(scenario, options = {}) {
  const { program = process.env.ROSTERLAB_PROGRAM || "rosterlab", arguments: more = [] } = options;
  const isPath = typeof scenario === "string";
  const args = ["serve", isPath ? scenario : "-", "--port-base", "0", ...more];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const served = new Served(child);
  // A server must not outlive who started it, nor keep it from ending.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.removeListener("exit", kill));
  let said = "";
  child.stderr.on("data", (data) => (said = (said + data).slice(-2000)));
  // It may end before it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(isPath ? "" : JSON.stringify(scenario));
  await new Promise((ready, failed) => {
    child.once("error", (error) =>
      failed(new RosterlabError("no-program", null, `${program} cannot be started: ${error.message}`, { cause: error })));
    child.once("close", () => failed(new RosterlabError("refused", null, said.trim() || "the server has ended")));
    createInterface({ input: child.stdout }).on("line", (line) => {
      place(line, served);
      if (line.startsWith("ready")) ready();
    });
  });
  for (const stream of [child, child.stdout, child.stderr]) stream.unref?.();
  return served;
}

module.exports = { ...rosterlab, serve };
