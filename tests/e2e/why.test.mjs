// The nearest ways out of an inactive partition: shown with their risk, taken by mouse and by keyboard.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./browser.mjs";
import { Keyboard, Mouse, action, eventually, expectCounts, focused } from "./rosterlab.mjs";

const WIDE = { context: { viewport: { width: 1440, height: 940 } } };
const status = (page) => page.locator(".ways-status").innerText();
const steps = (page) => page.locator(".step-title").count();

/** The ways as the page lists them: `["Start A102 | safe", …]`. */
function ways(page) {
  return page.locator(".way").evaluateAll((lines) =>
    lines.map((line) => {
      const title = line.querySelector("button").textContent;
      return `${title} | ${line.querySelector("[data-risk]").dataset.risk}`;
    }),
  );
}

/** Rack B is down, the roster was reset too early, A102 crashed: 1381 of 4096 unavailable. */
async function resetTooEarly(on) {
  await on.stop("B101");
  await on.stop("B102");
  await on.stage();
  await on.confirm();
  await on.recluster();
  await on.crash("A102");
  await expectCounts(on.page, "A103", { unavailable: 1381 });
}

const TOO_EARLY = ["Start A102 | safe"];

test("an active partition needs no way out", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  assert.equal(await status(page), "Active: nothing to do.");
  assert.equal(await page.locator(".way").count(), 0);
  assert.deepEqual(complaints, []);
});

test("by mouse: after a roster reset too early, starting A102 is the nearest way", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await resetTooEarly(new Mouse(page));
  await eventually(async () => (await ways(page))[0], TOO_EARLY[0]);
  assert.match(await status(page), /^\d ways?, nearest first: Start A102\./);
  assert.match(await page.locator(".way").first().innerText(), /no risk[^]*4,096 active then/);
  const before = await steps(page);
  await page.locator('[data-action="take-way"][data-way="0"]').click();
  await expectCounts(page, "A103", {});
  assert.equal(await steps(page), before + 1);
  assert.match(await page.locator("[data-news]").innerText(), /^Way out taken: Start A102\./);
  await eventually(() => status(page), "Active: nothing to do.");
  assert.deepEqual(complaints, []);
});

test("by keyboard: a way that may lose writes says so, is taken and can be undone", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await resetTooEarly(keyboard);
  await eventually(async () => (await ways(page)).some((way) => way.endsWith("| loses")), true);
  await keyboard.tabTo(
    () => document.activeElement.closest(".way")?.querySelector('[data-risk="loses"]') != null,
    "a way that may lose writes",
  );
  await keyboard.press("Enter");
  await expectCounts(page, "A103", {});
  await eventually(() => page.evaluate(() => document.activeElement.id), "partition");
  // A text field has its own undo, so undo from a card.
  await keyboard.go("A101");
  await keyboard.press("Control+z");
  await expectCounts(page, "A103", { unavailable: 1381 });
  await eventually(async () => (await ways(page))[0], TOO_EARLY[0]);
  assert.deepEqual(complaints, []);
});

test("with rack 2 stopped and A102 crashed, the page tells safe ways from risky ones", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const mouse = new Mouse(page);
  await mouse.stop("B101");
  await mouse.stop("B102");
  await mouse.migrate();
  await mouse.crash("A102");
  await expectCounts(page, "A103", { unavailable: 4096 });
  await eventually(async () => (await ways(page)).includes("Start B101 and B102 | safe"), true);
  await page.locator(".way", { hasText: "Start B101 and B102" }).locator("button").click();
  await expectCounts(page, "B102", {});
  assert.deepEqual(complaints, []);
});

test("dead partitions are revived, and the page names the source of its rules", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const mouse = new Mouse(page);
  const all = ["A101", "A102", "A103", "B101", "B102"];
  for (const id of all) await mouse.crash(id);
  for (const id of all) await mouse.start(id);
  await expectCounts(page, "B102", { dead: 4096 });
  await eventually(() => ways(page), ["Revive and recluster | loses"]);
  assert.match(await page.locator(".source").innerText(), /documented[^]*Mark e: documented, seen in logs/);
  await action(page, "take-way").click();
  await expectCounts(page, "B102", {});
  assert.equal(await focused(page), null, "the focus is on the partition's number");
  assert.deepEqual(complaints, []);
});
