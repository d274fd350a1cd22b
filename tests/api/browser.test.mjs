// The package in a real browser, under a strict Content-Security-Policy. Every scenario and every golden case gives
// the same bytes as in the native program.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openBlankPage } from "../e2e/browser.mjs";
import { CONTENT_SECURITY_POLICY } from "../e2e/server.mjs";
import { OUTDATED, available, golden, histories, native, ndjson, scenarios } from "./rosterlab.mjs";

/** A page of the site that serves the package. The package is loaded as `window.rosterlab`. */
async function loaded(t) {
  const { page, url, complaints, requests } = await openBlankPage(t);
  await page.route(url, (route) =>
    route.fulfill({
      contentType: "text/html",
      headers: { "content-security-policy": CONTENT_SECURITY_POLICY },
      body: '<!doctype html><title>A page</title><link rel="icon" href="data:,">',
    }),
  );
  await page.goto(url);
  await page.evaluate(async () => {
    window.rosterlab = await import("/index.js");
  });
  return { page, complaints, requests };
}

test("every scenario gives the same as natively", async (t) => {
  const { page, complaints } = await loaded(t);
  for (const { name, text } of scenarios) {
    const found = await page.evaluate((text) => window.rosterlab.runScenario(text).ndjson, text);
    assert.equal(found, ndjson(text), name);
  }
  assert.deepEqual(complaints, []);
});

test("every golden history and every report gives the same as natively, and expectations hold", async (t) => {
  const { page, complaints } = await loaded(t);
  for (const { name, text } of histories) {
    const found = await page.evaluate((text) => {
      const { ndjson, holds } = window.rosterlab.runScenario(text);
      return { ndjson, holds };
    }, text);
    assert.equal(found.ndjson, ndjson(text, OUTDATED[name]), name);
    assert.equal(found.holds, !(name in OUTDATED), name);
  }
  assert.deepEqual(complaints, []);
});

test("clusters and orphans are those of the golden histories of links", async (t) => {
  const { page, complaints } = await loaded(t);
  for (const { scenario, expected } of golden.clustering) {
    const found = await page.evaluate(
      (scenario) =>
        window.rosterlab.runScenario(scenario).steps.map(({ sub_clusters, orphans }) => ({
          sub_clusters: sub_clusters.map(({ nodes }) => nodes),
          orphans,
        })),
      scenario,
    );
    assert.deepEqual(found, expected, scenario.title);
  }
  assert.deepEqual(complaints, []);
});

test("a rebalance in AP expects the migrations of the golden histories", async (t) => {
  const { page, complaints } = await loaded(t);
  let compared = 0;
  for (const { scenario, after } of available) {
    const steps = await page.evaluate((scenario) => window.rosterlab.runScenario(scenario).steps, scenario);
    after.forEach((expected, at) => {
      for (const { nodes, expected: due } of expected ?? []) {
        if (due === undefined) continue;
        const here = steps[at].sub_clusters.find((here) => here.nodes.join() === nodes.join());
        const found = nodes.map((id) => here.namespaces.main.expected_migrations[id]);
        assert.deepEqual(found, due, `${scenario.title}, step ${at}`);
        compared += 1;
      }
    });
  }
  assert.ok(compared > 150, `${compared} sub-clusters`);
  assert.deepEqual(complaints, []);
});

test("the order of succession is the same as natively", async (t) => {
  const { page, complaints } = await loaded(t);
  for (const { name, roster, replication_factor: factor } of golden.succession.tables) {
    const found = await page.evaluate(
      ([roster, factor]) =>
        window.rosterlab.succession(roster, factor).map((row) => `${JSON.stringify(row)}\n`).join(""),
      [roster, factor],
    );
    const { stdout } = native(["succession", "--roster", roster.join(","), "--replication-factor", String(factor)]);
    assert.equal(found, stdout, name);
  }
  assert.deepEqual(complaints, []);
});

test("a page loads the module and nothing else, and errors are the page's own", async (t) => {
  const { page, complaints, requests } = await loaded(t);
  const names = requests.map((request) => new URL(request).pathname);
  assert.deepEqual(names, ["/", "/index.js", "/init.js", "/rosterlab.js", "/guard.js", "/rosterlab_bg.wasm"]);
  const found = await page.evaluate(() => {
    const { Playground } = window.rosterlab;
    const playground = new Playground({ cluster: { nodes: [{ id: "A1" }, { id: "A2" }, { id: "A3" }] } });
    const before = playground.view().subClusters[0].verdicts;
    const said = [];
    for (const command of [{ do: "start", nodes: ["A1"] }, null, { do: "crash", nodes: ["A1", "A2"] }]) {
      try {
        said.push(playground.apply(command).at(-1).kind);
      } catch (error) {
        said.push([error instanceof Error, error.name, error.code, error.place]);
      }
    }
    // Memory grows, and earlier results stay as they were.
    const many = Array.from({ length: 20 }, () => playground.whatIf({ lose: 1 }).length);
    const after = playground.view().subClusters[0].verdicts;
    return { said, many: many.length, before: before[0] & 3, after: after[0] & 3, length: before.length };
  });
  assert.deepEqual(found, {
    said: [
      [true, "RosterlabError", "node-is-up", "nodes[0]"],
      [true, "RosterlabError", "bad-input", null],
      "rebalanced",
    ],
    many: 20,
    before: 0,
    after: 1,
    length: 4096,
  });
  assert.deepEqual(complaints, []);
});
