// What is served and what fails, by the client for Node.js.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import Aerospike from "aerospike";
import { serve } from "../examples/rosterlab.mjs";

const SCENARIO = fileURLToPath(new URL("../../../www/scenarios/case-study.json", import.meta.url));
const RACK_B = ["B101", "B102"];
const keys = Array.from({ length: 20 }, (_, number) => new Aerospike.Key("main", "orders", number));
const { status } = Aerospike;

/** What ends with the test. */
const ends = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(...options) {
  const cluster = await serve(SCENARIO, ...options);
  ends.push(cluster.stop);
  const client = await connect(cluster);
  return { cluster, client };
}

async function connect({ hosts }) {
  const client = await Aerospike.connect({ hosts, log: { level: Aerospike.log.OFF } });
  ends.push(() => client.close());
  return client;
}

/** The code and the doubt of what a command fails with; 0 when it succeeds. */
async function outcome(command) {
  try {
    await command;
    return { code: 0, inDoubt: false };
  } catch (error) {
    assert.ok(error instanceof Aerospike.AerospikeError, String(error));
    return { code: error.code, inDoubt: error.inDoubt };
  }
}

// The client keeps its event loop until it is told that none will follow.
after(() => Aerospike.releaseEventLoop());

test("a record comes back as it was written", async () => {
  const { client } = await start();
  const bins = { integer: -7, double: 1.5, text: "grüße", bytes: Buffer.from([0, 255]), list: [1, "two"], map: { a: 1 }, yes: true };
  await client.put(keys[0], bins);
  const record = await client.get(keys[0]);
  assert.deepEqual(record.bins, bins);
  assert.equal(record.gen, 1);
  assert.deepEqual((await client.select(keys[0], ["text"])).bins, { text: "grüße" });
  assert.equal(await client.exists(keys[0]), true);
  assert.equal(await client.exists(keys[1]), false);
  assert.equal((await outcome(client.get(keys[1]))).code, status.ERR_RECORD_NOT_FOUND);
});

test("operations change a record and read it", async () => {
  const { client } = await start();
  const { operations } = Aerospike;
  await client.put(keys[0], { n: 1, text: "a" });
  const { bins } = await client.operate(keys[0], [operations.incr("n", 4), operations.append("text", "b"), operations.read("n"), operations.read("text")]);
  assert.deepEqual({ ...bins }, { n: 5, text: "ab" });
  assert.deepEqual(await outcome(client.remove(keys[0])), { code: 22, inDoubt: false });
  await client.remove(keys[0], new Aerospike.RemovePolicy({ durableDelete: true }));
  assert.equal(await client.exists(keys[0]), false);
});

test("a batch is read in its order, of one key too", async () => {
  const { client } = await start();
  for (const key of keys.slice(0, 10)) await client.put(key, { n: key.key });
  for (const some of [keys, keys.slice(0, 1)]) {
    const rows = await client.batchRead(some.map((key) => ({ key, readAllBins: true })));
    assert.deepEqual(rows.map(({ status: code }) => code), some.map(({ key }) => (key < 10 ? 0 : 2)));
    for (const row of rows.filter((row) => row.status === 0)) assert.deepEqual(row.record.bins, { n: row.record.key.key });
  }
});

test("an unavailable partition is code 11, whatever the read mode, and no write is in doubt", async () => {
  const { cluster, client } = await start("--speed", "20");
  for (const key of keys) await client.put(key, { n: 1 });
  const { SESSION, LINEARIZE, ALLOW_REPLICA } = Aerospike.policy.readModeSC;
  for (const readModeSC of [SESSION, LINEARIZE, ALLOW_REPLICA]) {
    assert.deepEqual((await client.get(keys[0], new Aerospike.ReadPolicy({ readModeSC }))).bins, { n: 1 });
  }
  await cluster.do({ do: "stop", nodes: RACK_B });
  await cluster.do({ do: "crash", nodes: ["A102"] });
  assert.equal((await cluster.state()).served.main.unavailable, 4096);
  const codes = [];
  for (const key of keys) {
    const written = await outcome(client.put(key, { n: 2 }));
    assert.equal(written.inDoubt, false);
    codes.push(written.code);
    for (const readModeSC of [SESSION, LINEARIZE, ALLOW_REPLICA]) {
      const policy = new Aerospike.ReadPolicy({ readModeSC, maxRetries: 0 });
      codes.push((await outcome(client.get(key, policy))).code);
    }
  }
  // The owner that the client knows refuses; or it is gone, and then nothing is sent.
  assert.ok(codes.includes(status.ERR_CLUSTER), String(codes));
  const { ERR_CLUSTER, ERR_INVALID_NODE, ERR_ASYNC_CONNECTION } = status;
  for (const code of codes) assert.ok([ERR_CLUSTER, ERR_INVALID_NODE, ERR_ASYNC_CONNECTION].includes(code), String(code));
});

test("a write whose replica does not answer is in doubt", async () => {
  // Simulated time stands nearly still, so nobody notices that the rack is gone.
  const { cluster, client } = await start("--speed", "0.001");
  for (const key of keys) await client.put(key, { n: 1 });
  await cluster.doNow({ do: "crash", nodes: RACK_B });
  const outcomes = [];
  for (const key of keys) outcomes.push(await outcome(client.put(key, { n: 2 })));
  assert.ok(outcomes.some(({ code, inDoubt }) => code === status.ERR_TIMEOUT && inDoubt), JSON.stringify(outcomes));
  // To masters on the rack nothing was sent.
  for (const { code, inDoubt } of outcomes) assert.equal(inDoubt, code === status.ERR_TIMEOUT, String(code));
});
