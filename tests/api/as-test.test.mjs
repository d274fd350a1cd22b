// Copied tests in JavaScript are run unchanged by Node's test runner on the package itself. Each notices another result.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { PACKAGE, native, read, rosterlab, thrown } from "./rosterlab.mjs";

const MOMENTS = [
  ["case-study.json", 3],
  ["split-by-rack.json", 1],
  ["consistent-or-available.json", 2],
];

/** Runs texts as test files, in a project of their own that depends on the package. */
function run(t, texts) {
  const folder = mkdtempSync(join(tmpdir(), "rosterlab-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(PACKAGE, join(folder, "node_modules/rosterlab"));
  const files = texts.map((text, index) => join(folder, `copied-${index}.test.mjs`));
  files.forEach((file, index) => writeFileSync(file, texts[index]));
  const env = { ...process.env };
  // This test itself runs under that runner, which would report to the outer run.
  delete env.NODE_TEST_CONTEXT;
  const { status, stdout } = spawnSync(process.execPath, ["--test", "--test-reporter=tap", ...files], { env });
  const [, passed] = /^# pass (\d+)$/m.exec(stdout);
  const [, failed] = /^# fail (\d+)$/m.exec(stdout);
  return { status, passed: Number(passed), failed: Number(failed), said: stdout.toString() };
}

const copied = ([name, step]) => {
  const playground = new rosterlab.Playground(read(`www/scenarios/${name}`));
  assert.equal(playground.seek(step), true);
  const texts = { javascript: playground.asTest("javascript"), rust: playground.asTest("rust"), scenario: playground.asTest("scenario") };
  playground.free();
  return texts;
};

test("copied tests pass on the package", (t) => {
  const { status, passed, said } = run(t, MOMENTS.map((moment) => copied(moment).javascript));
  assert.deepEqual([status, passed], [0, MOMENTS.length], said);
});

test("a copied test notices another result", (t) => {
  const { javascript } = copied(MOMENTS[0]);
  const other = javascript.replace("unavailable: 4096", "unavailable: 4095");
  assert.notEqual(other, javascript);
  const { status, failed } = run(t, [other]);
  assert.deepEqual([status, failed], [1, 1]);
});

test("the native program prints the same tests", () => {
  for (const moment of MOMENTS) {
    const [name, step] = moment;
    for (const [kind, text] of Object.entries(copied(moment))) {
      const args = ["test", "-", "--as", kind, "--step", String(step)];
      assert.equal(native(args, read(`www/scenarios/${name}`)).stdout, text, `${name} as ${kind}`);
    }
  }
});

test("an unknown kind is refused", () => {
  const playground = new rosterlab.Playground(read("www/scenarios/case-study.json"));
  const expected = { code: "bad-input", place: "kind", message: "kind: a test is rust, javascript or scenario" };
  assert.deepEqual(thrown(() => playground.asTest("cobol")), expected);
  playground.free();
});
