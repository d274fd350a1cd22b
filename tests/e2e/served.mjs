// Starts `rosterlab serve --page`, and speaks to its nodes and its control as a client and a test suite would.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DIST } from "./server.mjs";

const top = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const NATIVE = process.env.ROSTERLAB_NATIVE || top("target/debug/rosterlab");

/** The exchange of an official client that puts a record into partition 1975 of the namespace `main`. */
const { vectors } = JSON.parse(readFileSync(top("tests/golden/wire.json")));
const PUT = Buffer.from(vectors.find(({ name }) => name === "put").request, "hex");

/**
 * Serves the case study with the built page for one test.
 *
 * @param {import("node:test").TestContext} t the server is ended with this test
 * @param {string[]} [more] further arguments
 * @returns {Promise<{ url: string, nodes: Record<string, number>, does: (steps: unknown) => Promise<unknown>,
 *   state: () => Promise<any>, puts: (node: string, count: number) => Promise<number[]>, stop: () => Promise<void> }>} the
 *   page's address, the nodes' ports; `does` does steps and waits until the clusters have settled, `puts` gives the result
 *   codes of as many puts at a node
 */
export async function serveCaseStudy(t, more = []) {
  const scenario = top("www/scenarios/case-study.json");
  const child = spawn(NATIVE, ["serve", scenario, "--port-base", "0", "--page", DIST, ...more]);
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  t.after(stop);
  const nodes = {};
  let url;
  let complaint = "";
  child.stderr.on("data", (text) => (complaint += text));
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, name, address] = line.split(" ");
    if (word === "node") nodes[name] = Number(address.split(":").at(-1));
    if (word === "page") url = name;
    if (word === "ready;") break;
  }
  if (!url) throw new Error(`it did not start: ${complaint}`);
  const asked = async (path, options) => {
    const response = await fetch(new URL(path, url), options);
    const body = await response.json();
    if (!response.ok) throw new Error(body.error);
    return body;
  };
  return {
    url,
    nodes,
    stop,
    state: () => asked("state"),
    does: (steps) =>
      asked("steps?until=settled", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(steps),
      }),
    puts: (node, count) => puts(nodes[node], count),
  };
}

/** Puts the record as often, one after the other on one connection, and gives the result codes. */
async function puts(port, count) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const codes = [];
  for (let done = 0; done < count; done++) {
    socket.write(PUT);
    // A reply to a put is 30 bytes; its result code is the sixth of its message (wire.md §3).
    const [reply] = await once(socket, "data");
    codes.push(reply[8 + 5]);
  }
  socket.end();
  return codes;
}
