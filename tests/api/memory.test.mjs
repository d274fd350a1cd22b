// What happens when the module's memory is used up: an error with a code, and life after it. The module is given little memory
// here, so that the test takes little.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { PACKAGE, three } from "./rosterlab.mjs";

const PAGE = 2 ** 16;

/** A module whose memory may grow to at most so many bytes. */
function limited(module, bytes) {
  const read = (at) => {
    let [value, shift] = [0, 0];
    for (; ; at += 1, shift += 7) {
      value |= (module[at] & 127) << shift;
      if (module[at] < 128) return [value, at + 1];
    }
  };
  const written = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...written(value >>> 7)]);
  for (let at = 8; at < module.length; ) {
    const id = module[at];
    const [length, start] = read(at + 1);
    if (id === 5) {
      assert.deepEqual([...module.subarray(start, start + 2)], [1, 0], "one memory without a limit");
      const [least] = read(start + 2);
      const section = [1, 1, ...written(least), ...written(bytes / PAGE)];
      return Buffer.concat([module.subarray(0, at), Buffer.from([5, section.length, ...section]), module.subarray(start + length)]);
    }
    at = start + length;
  }
  return assert.fail("the module has no memory");
}

test("without memory a playground is refused with a code, and freed ones make room", async () => {
  const { Playground, default: init, isRosterlabError } = await import(pathToFileURL(join(PACKAGE, "init.js")));
  await init(limited(readFileSync(join(PACKAGE, "rosterlab_bg.wasm")), 2048 * PAGE));
  const playgrounds = [];
  let refused;
  while (!refused) {
    try {
      playgrounds.push(new Playground(three()));
    } catch (error) {
      refused = error;
    }
    assert.ok(playgrounds.length < 10_000, "the memory is limited");
  }
  assert.ok(isRosterlabError(refused) && refused.code === "out-of-memory", refused.stack);
  assert.ok(playgrounds.length > 100, `${playgrounds.length} playgrounds`);
  const [first, ...others] = playgrounds;
  assert.throws(() => first.apply({ do: "crash", nodes: ["A101"] }), { code: "out-of-memory" });
  assert.equal(first.steps, 0);
  for (const other of others) other.free();
  assert.equal(first.apply({ do: "crash", nodes: ["A101"] })[0].kind, "node-stopped");
  assert.equal(new Playground(three()).view().nodes.length, 3);
});
