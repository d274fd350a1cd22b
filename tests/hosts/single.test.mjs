// Pages of one file, opened from a disk as by a double click: nothing is fetched, and everything works.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "node:test";
import { eventually, open, wakeAll } from "./host.mjs";
import { DIST } from "./sites.mjs";

const SCENARIO = fileURLToPath(new URL("../../www/scenarios/case-study.json", import.meta.url));

/** A page by `rosterlab figure --single-file`, in a folder of its own. */
function figure(t, ...options) {
  const folder = mkdtempSync(join(tmpdir(), "rosterlab-single-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const native = process.env.ROSTERLAB_NATIVE;
  assert.ok(native, "cargo xtask sets ROSTERLAB_NATIVE");
  const html = execFileSync(native, ["figure", SCENARIO, "--single-file", "--embed", join(DIST, "embed"), ...options]);
  const file = join(folder, "a figure.html");
  writeFileSync(file, html);
  return pathToFileURL(file).href;
}

test("a figure of one file opens from a disk and is live", async (t) => {
  const { page, complaints, requests, address } = await open(t, figure(t, "--view", "map", "--step", "3", "--controls", "full"));
  assert.equal(await wakeAll(page), 1);
  const live = page.locator("rosterlab-playground .rl-live");
  assert.equal(await page.title(), "A rack under maintenance, and one crash");
  await live.getByRole("button", { name: "Next" }).click();
  await eventually(() => live.locator(".rl-step").innerText(), "Step 4 of 7: Start A102");
  await live.getByRole("combobox").selectOption("A101");
  await live.getByRole("button", { name: "Crash" }).click();
  await eventually(() => live.locator(".rl-step").innerText().then((text) => text.slice(0, 11)), "Step 5 of 5");
  assert.equal(await live.getByRole("link").count(), 0, "there is no playground beside it");
  assert.deepEqual(requests.filter((url) => url !== address && !url.startsWith("data:")), []);
  assert.deepEqual(complaints, []);
});

test("a figure of one file can be read without JavaScript", async (t) => {
  const { page } = await open(t, figure(t, "--step", "3"), { context: { javaScriptEnabled: false } });
  assert.match(await page.locator("main").innerText(), /Step 3 of 7: Crash A102/);
  assert.equal(await page.locator("svg.rl-cells path.rl-unavailable").isVisible(), true);
});

test("the playground of one file opens from a disk, plays, has a console, and holds the experiment in its address", async (t) => {
  const { page, complaints, requests, address } = await open(t, pathToFileURL(join(DIST, "rosterlab.html")).href);
  await page.locator("[data-action=crash]").first().click();
  await page.locator("[data-state=crashed]").first().waitFor();
  await eventually(() => page.evaluate(() => location.hash.slice(0, 4)), "#s1=");
  // Its console is in the file too.
  await page.locator("[data-action=console]").click();
  await page.locator(".console-field").fill("show roster");
  await page.locator(".console-field").press("Enter");
  assert.match(await page.locator(".console-table").innerText(), /B102@2,B101@2,A103@1,A102@1,A101@1/);
  const link = page.url();
  assert.deepEqual(requests.filter((url) => !url.startsWith("data:")), [address]);
  assert.deepEqual(complaints, []);
  const again = await open(t, link);
  await again.page.locator("[data-state=crashed]").first().waitFor();
  assert.deepEqual(again.complaints, []);
});
