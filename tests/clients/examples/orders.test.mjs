// An application's write path survives the outage of the case study.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import Aerospike from "aerospike";
import { serve } from "./rosterlab.mjs";

const CASE_STUDY = fileURLToPath(new URL("case-study.json", import.meta.url));
const orders = Array.from({ length: 30 }, (_, number) => number);

/** Places an order: true when it is placed, false when nothing was written; in doubt, it looks. */
async function place(client, number) {
  const key = new Aerospike.Key("main", "orders", number);
  try {
    await client.put(key, { items: ["book"] });
    return true;
  } catch (error) {
    if (!error.inDoubt) return false;
    return client.exists(key).catch(() => false);
  }
}

after(() => Aerospike.releaseEventLoop());

test("an outage delays orders and loses none", async (t) => {
  // Simulated time passes twenty times as fast.
  const cluster = await serve(CASE_STUDY, "--speed", "20");
  t.after(cluster.stop);
  const client = await Aerospike.connect({ hosts: cluster.hosts, log: { level: Aerospike.log.OFF } });
  t.after(() => client.close());

  await cluster.do({ do: "stop", nodes: ["B101", "B102"] });
  await cluster.do({ do: "crash", nodes: ["A102"] });
  assert.equal((await cluster.state()).served.main.unavailable, 4096);
  for (const number of orders) assert.equal(await place(client, number), false);

  await cluster.do({ do: "start", nodes: ["A102", "B101", "B102"] });
  let waiting = orders;
  const deadline = Date.now() + 30_000;
  while (waiting.length > 0) {
    assert.ok(Date.now() < deadline, `${waiting.length} orders wait`);
    const left = [];
    for (const number of waiting) if (!(await place(client, number))) left.push(number);
    waiting = left;
  }
  assert.equal((await cluster.state()).lostWrites, 0);
});
