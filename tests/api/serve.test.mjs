// `serve` of rosterlab/node: the command line's server as a child process.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { NATIVE, PACKAGE, ROOT, rosterlab } from "./rosterlab.mjs";

const { serve } = createRequire(import.meta.url)(join(PACKAGE, "with-serve.cjs"));
const CASE_STUDY = join(ROOT, "www/scenarios/case-study.json");

const start = async (t, scenario, more = []) => {
  const served = await serve(scenario, { program: NATIVE, arguments: more });
  t.after(() => served.stop());
  return served;
};

/** Whether something listens at a port. */
const listens = (port) =>
  new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => done(socket.destroy() && true));
    socket.once("error", () => done(false));
  });

test("a cluster is served, driven and ended", async (t) => {
  const served = await start(t, CASE_STUDY, ["--speed", "20"]);
  assert.deepEqual(served.nodes.map(({ id }) => id), ["A101", "A102", "A103", "B101", "B102"]);
  assert.ok(await listens(served.nodes[1].port));
  const { events } = await served.do({ do: "crash", nodes: ["A102"] }, { until: "settled" });
  assert.equal(events[0].kind, "node-stopped");
  assert.equal(await listens(served.nodes[1].port), false);
  const state = await served.state();
  assert.equal(state.served.main.active, 4096);
  assert.match(await served.admin("show roster", { node: "A101" }), /A102@1/);
  await assert.rejects(served.do([{ do: "heal" }, { do: "crash", nodes: ["A102"] }]), (error) => {
    assert.ok(rosterlab.isRosterlabError(error));
    assert.deepEqual([error.code, error.place], ["refused", "[0]"]);
    return true;
  });
  await served.reset();
  assert.equal((await served.next({ until: "settled" })).step, 0);
  await served.stop();
  assert.equal(await listens(served.nodes[0].port), false);
  await served.stop();
});

test("a scenario may be an object, and what is wrong is said", async (t) => {
  const cluster = { nodes: [{ id: "A1" }, { id: "A2" }] };
  const scenario = { format: "rosterlab-scenario/1", title: "Two", cluster, steps: [] };
  const served = await start(t, scenario);
  assert.equal(served.nodes.length, 2);
  const wrong = serve({ ...scenario, cluster: {} }, { program: NATIVE });
  await assert.rejects(wrong, ({ name, code, message }) => name === "RosterlabError" && code === "refused" && /nodes/.test(message));
  const nobody = serve(CASE_STUDY, { program: join(ROOT, "no-such-program") });
  await assert.rejects(nobody, { name: "RosterlabError", code: "no-program" });
});
