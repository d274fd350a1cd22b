// Starts `rosterlab serve` for a test and drives it. Node.js is all that it needs.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Starts a simulated cluster that real clients connect to. Call `stop` at the end. */
export async function serve(scenario, ...options) {
  const program = process.env.ROSTERLAB_PROGRAM ?? "rosterlab";
  const child = spawn(program, ["serve", scenario, "--port-base", "0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const addresses = {};
  let control;
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const [word, first, second] = line.split(" ");
    if (word === "node") addresses[first] = second;
    if (word === "control") control = first;
    if (word === "ready;") break;
  }
  if (control === undefined) throw new Error("the cluster did not start");
  // Whatever is printed later must not fill the pipe.
  child.stdout.resume();

  async function ask(method, path, body) {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const reply = await fetch(control + path, { method, headers, body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(await reply.text());
    return reply.json();
  }

  return {
    control,
    /** Each node's address, `host:port`, by its id. */
    addresses,
    /** The nodes' addresses, for a client's configuration. */
    hosts: Object.values(addresses).join(","),
    /** Does steps of the scenario format, and waits until the cluster has reacted. */
    do: (...steps) => ask("POST", "/steps?until=settled", steps),
    /** Does steps, and does not wait. */
    doNow: (...steps) => ask("POST", "/steps", steps),
    /** Does the scenario's next step. */
    next: () => ask("POST", "/next?until=settled"),
    /** What the cluster is like now. */
    state: () => ask("GET", "/state"),
    async stop() {
      child.kill();
      await ended;
    },
  };
}
