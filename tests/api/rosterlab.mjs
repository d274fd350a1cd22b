// The package, the native command line, and the scenarios that both run.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the project. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What is built for npm: `ROSTERLAB_PACKAGES`, or `pkg` at the top of the project. */
export const PACKAGES = process.env.ROSTERLAB_PACKAGES || join(ROOT, "pkg");
/** The built package. */
export const PACKAGE = join(PACKAGES, "rosterlab");

export const rosterlab = createRequire(import.meta.url)(PACKAGE);

/** The command line's program. */
export const NATIVE = process.env.ROSTERLAB_NATIVE || join(ROOT, "target/debug/rosterlab");

/** Runs the native command line. */
export function native(args, input) {
  const { status, stdout, stderr, error } = spawnSync(NATIVE, args, { input, maxBuffer: 2 ** 28 });
  if (error) throw error;
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** The text of one of the project's files. */
export const read = (path) => readFileSync(join(ROOT, path), "utf8");

/** The golden values. */
export const golden = {
  availability: JSON.parse(read("tests/golden/availability.json")),
  succession: JSON.parse(read("tests/golden/succession.json")),
  clustering: JSON.parse(read("tests/golden/clustering.json")),
  ap: JSON.parse(read("tests/golden/ap.json")),
};

/** The golden histories of AP namespaces, long ones and minimal ones. */
export const available = [...golden.ap.histories, ...golden.ap.minimal];
assert.ok(golden.clustering.length >= 77 && available.length >= 76, "the golden histories are there");

/** All scenarios, `{ name, text }`: those that the project ships and the golden cases. */
export const scenarios = [
  ...readdirSync(join(ROOT, "www/scenarios"))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => ({ name, text: read(`www/scenarios/${name}`) })),
  ...golden.availability.map(({ scenario }) => ({
    name: `golden: ${scenario.title}`,
    text: JSON.stringify(scenario),
  })),
];
assert.ok(scenarios.length >= 14 + 53, "the scenarios are there");

/** Reports of operators, as scenarios that expect the right result. */
export const reports = readdirSync(join(ROOT, "tests/golden/reports"))
  .sort()
  .map((name) => ({ name: `report: ${name}`, text: read(`tests/golden/reports/${name}`) }));
assert.ok(reports.length >= 23, "the reports are there");

/** The golden histories of links and of AP namespaces, and the reports: `{ name, text }`. */
export const histories = [
  ...golden.clustering.map(({ scenario }) => ({ kind: "links", scenario })),
  ...available.map(({ scenario }) => ({ kind: "AP", scenario })),
].map(({ kind, scenario }) => ({ name: `${kind}: ${scenario.title}`, text: JSON.stringify(scenario) }));
histories.push(...reports);

/** Complaints without the file, line and column that the native program tells and the package does not know. */
export const withoutPlaces = (complaints) => complaints.replace(/^<stdin>:\d+:\d+: /gm, "");

/** What the native `run` prints. It must succeed, or fail with exactly these complaints. */
export function ndjson(text, complaints = "") {
  const { status, stdout, stderr } = native(["run", "-", "--format", "ndjson"], text);
  assert.equal(withoutPlaces(stderr), complaints);
  assert.equal(status, complaints === "" ? 0 : 1);
  return stdout;
}

/** The one expectation of a report that is older than the rule on lost writes (tests/golden/README.md). */
export const OUTDATED = {
  "report: 22b-rolling-restart-in-memory.json": "steps[32].lost_writes: expected 0, found 10\n",
};

/** Three nodes on two racks. */
export const three = () => ({
  cluster: { nodes: [{ id: "A101", rack: 1 }, { id: "A102", rack: 1 }, { id: "B101", rack: 2 }] },
});

/** What a call throws: an error of the package's kind, as data. */
export function thrown(call) {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof Error, `a real error, not ${error}`);
    assert.ok(error instanceof rosterlab.RosterlabError && rosterlab.isRosterlabError(error), error.stack);
    assert.match(error.code, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(error.place === null || error.message.includes(error.place), error.message);
    const { code, place, message } = error;
    return { code, place, message };
  }
  return assert.fail("nothing was thrown");
}
