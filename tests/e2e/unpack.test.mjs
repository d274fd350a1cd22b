// The module that travels packed is, unpacked, the one that the compiler made. The page would start with a constant that
// is wrong; here each byte counts.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { DIST } from "./server.mjs";

const unpacker = await readFile(join(DIST, "unpack.wasm"));
const packed = await readFile(join(DIST, "rosterlab-app_bg.packed"));
assert.ok(process.env.ROSTERLAB_MODULE, "cargo xtask says where the module lies that was packed");
const module = await readFile(process.env.ROSTERLAB_MODULE);

/** What a fresh unpacker makes of `bytes`; nothing if it calls them damaged. */
async function unpacked(bytes) {
  const { memory, place, unpack } = (await WebAssembly.instantiate(unpacker)).instance.exports;
  const at = place(bytes.length);
  new Uint8Array(memory.buffer, at).set(bytes);
  const found = unpack(at, bytes.length);
  return found === 0 ? undefined : Buffer.from(memory.buffer, found);
}

test("the module comes out as it was packed, to the byte", async () => {
  const found = await unpacked(packed);
  assert.equal(found?.length, module.length);
  assert.ok(found.equals(module));
});

test("what is no packed module is called damaged", async () => {
  assert.equal(await unpacked(module), undefined, "it is not packed");
  assert.equal(await unpacked(packed.subarray(0, 12)), undefined, "it ends within its header");
  assert.equal(await unpacked(Buffer.alloc(0)), undefined);
  const longer = Buffer.from(packed);
  longer.writeUInt32LE(packed.readUInt32LE(5) + 1, 5);
  assert.equal(await unpacked(longer), undefined, "its header names another length");
  const larger = Buffer.from(packed);
  larger.writeUInt32LE(0xffff_fff0, 5);
  assert.equal(await unpacked(larger), undefined, "there is no such memory");
});

test("a module that is cut off or has a bit wrong comes out as another or not at all", async () => {
  for (const at of [20, 1000, packed.length >> 1, packed.length - 100]) {
    const cut = await unpacked(packed.subarray(0, at));
    assert.ok(!cut?.equals(module), `cut off at ${at}`);
    const wrong = Buffer.from(packed);
    wrong[at] ^= 4;
    assert.ok(!(await unpacked(wrong))?.equals(module), `wrong at ${at}`);
  }
});
