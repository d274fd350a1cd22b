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
  assert.equal(await unpacked(Buffer.alloc(0)), undefined);
  const longer = Buffer.from(packed);
  longer.writeUInt32LE(packed.readUInt32LE(5) + 1, 5);
  assert.equal(await unpacked(longer), undefined, "its header names another length");
  const larger = Buffer.from(packed);
  larger.writeUInt32LE(0xffff_fff0, 5);
  assert.equal(await unpacked(larger), undefined, "its header names more than may be");
});

test("a packed module that is not whole is called damaged", async () => {
  for (const end of [12, 13, 20, 1000, packed.length >> 1, packed.length - 5, packed.length - 1]) {
    assert.equal(await unpacked(packed.subarray(0, end)), undefined, `cut off at ${end}`);
  }
  assert.equal(await unpacked(Buffer.concat([packed, Buffer.alloc(1)])), undefined, "something behind it");
});

test("a bit that is wrong is noticed", async () => {
  for (const at of [13, 14, 1000, packed.length >> 1, packed.length - 5, packed.length - 1]) {
    const wrong = Buffer.from(packed);
    wrong[at] ^= 4;
    assert.equal(await unpacked(wrong), undefined, `wrong at ${at}`);
  }
});
