// Every scenario and every golden case through the module in Node.js: equal to the native program, byte for byte.

import assert from "node:assert/strict";
import { test } from "node:test";
import { golden, native, ndjson, rosterlab, scenarios } from "./rosterlab.mjs";

for (const { name, text } of scenarios) {
  test(`as native: ${name}`, () => {
    const report = rosterlab.runScenario(text);
    assert.equal(report.ndjson, ndjson(text));
    assert.deepEqual(
      report.steps,
      report.ndjson.trimEnd().split("\n").map((line) => JSON.parse(line)),
    );
    assert.equal(report.holds, true);
    assert.deepEqual(report.failures, []);
    assert.equal(rosterlab.runScenario(JSON.parse(text)).ndjson, report.ndjson, "as an object");
  });
}

test("the golden values come out", () => {
  let compared = 0;
  for (const { scenario, expected } of golden.availability) {
    const { steps } = rosterlab.runScenario(scenario);
    const found = steps.map(({ step, do: action, sub_clusters }) => ({
      step,
      do: action,
      sub_clusters: sub_clusters.map(({ nodes, namespaces: { main } }) => {
        const { unavailable, dead, expected_migrations } = main;
        return { nodes, unavailable, dead, expected_migrations };
      }),
    }));
    assert.deepEqual(found, expected, scenario.title);
    compared += found.length;
  }
  assert.ok(compared > 200, `${compared} steps`);
});

test("an expectation that does not hold is reported as the native program reports it", () => {
  const scenario = structuredClone(golden.availability[0].scenario);
  scenario.steps.push({ do: "expect", unavailable: 1, dead: 2 });
  const report = rosterlab.runScenario(scenario);
  const { status, stdout, stderr } = native(["run", "-"], JSON.stringify(scenario));
  assert.equal(status, 1);
  assert.equal(report.holds, false);
  assert.equal(report.ndjson, stdout);
  const complaints = report.failures.map(
    ({ place, expected, found }) => `${place}: expected ${expected}, found ${found}\n`,
  );
  assert.equal(complaints.join(""), stderr);
  assert.deepEqual(report.failures[0], { step: 1, place: "steps[1].unavailable", expected: "1", found: "0" });
});

test("what a playground says after a scenario is what the native program says", () => {
  for (const { name, text } of scenarios) {
    const playground = new rosterlab.Playground(text);
    const cluster = JSON.parse(text).cluster;
    const namespace = cluster.namespaces?.[0].name ?? "main";
    const file = JSON.stringify(playground.toScenario());
    const { stdout: explained } = native(["explain", "-", "--partition", "42", "--namespace", namespace], text);
    assert.equal(playground.explain(42, namespace).text, explained, name);
    const { stdout: lost, status } = native(["what-if", "-", "--lose", "1"], text);
    if (status === 0) {
      const lines = playground.whatIf({ lose: 1 }).map((loss) => JSON.stringify(loss));
      assert.equal(`${lines.join("\n")}\n`, lost, name);
    }
    const { stdout: log } = native(["run", "-", "--format", "log"], file);
    const width = Math.max(...playground.view(namespace).nodes.map(({ id }) => id.length));
    const lines = playground.log().map(({ node, text }) => `${node.padEnd(width)}  ${text}\n`);
    assert.equal(lines.join(""), log, name);
    const link = playground.link();
    const { stdout: linked } = native(["scenario", "-"], link);
    const { title, about, ...rest } = playground.toScenario();
    assert.deepEqual(JSON.parse(linked), { title: "From a link", ...rest }, name);
    assert.deepEqual(rosterlab.Playground.fromLink(link).view(namespace), playground.view(namespace), name);
    playground.free();
  }
});

for (const { name, roster, replication_factor: factor, rows } of golden.succession.tables) {
  test(`the order of succession: ${name}`, () => {
    const found = rosterlab.succession(roster, factor);
    assert.equal(found.length, 4096);
    for (const [partition, row] of Object.entries(rows)) {
      assert.deepEqual(found[partition].succession, row, partition);
      assert.deepEqual(rosterlab.succession(roster, factor, Number(partition)), [found[partition]]);
    }
    const arguments_ = ["--roster", roster.join(","), "--replication-factor", String(factor)];
    const { stdout } = native(["succession", ...arguments_]);
    assert.equal(found.map((row) => `${JSON.stringify(row)}\n`).join(""), stdout);
  });
}
