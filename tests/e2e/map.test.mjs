// The map, what it explains, and its equals for those who cannot see it or use a mouse.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./browser.mjs";
import { Keyboard, action, eventually, node } from "./rosterlab.mjs";

const WIDE = { context: { viewport: { width: 1440, height: 940 } } };
const chosen = (page) => page.locator("#partition").inputValue();

/** Rack B is down, the roster was reset too early, A102 is stopped: 1381 of 4096 unavailable. */
async function resetTooEarly(page) {
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await action(page, "stage-observed").click();
  await action(page, "roster-confirm").click();
  await action(page, "recluster").click();
  await action(page, "stop").click();
  await eventually(
    () => page.locator('[data-count="unavailable"]').evaluate((count) => count.textContent),
    "1381",
  );
}

/** The colour in the upper left corner of a partition, as `r,g,b`. */
function colourOf(page, partition) {
  return page.evaluate((index) => {
    // A copy of one pixel: reading the page's own canvas would make the browser complain.
    const canvas = document.querySelector('[data-map="main"]');
    const copy = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, -(index % 64) * 4, -Math.floor(index / 64) * 4);
    return copy.getImageData(0, 0, 1, 1).data.slice(0, 3).join();
  }, partition);
}

test("a click on a cell explains its partition", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await page.locator('[data-map="main"]').click({ position: { x: 18 * 4 + 2, y: 16 * 4 + 2 } });
  await eventually(() => chosen(page), String(16 * 64 + 18));
  await eventually(() => page.locator(".rule.decided .rule-number").innerText(), "2");
  assert.equal(await page.locator(".chip-node").count(), 5);
  assert.deepEqual(complaints, []);
});

test("every cell is painted as its partition is, and why says the same", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await resetTooEarly(page);
  const rows = page.locator(".reasons tbody tr");
  const sum = await rows.locator(".n").evaluateAll((cells) =>
    cells.reduce((all, cell) => all + Number(cell.textContent.replace(",", "")), 0),
  );
  assert.equal(sum, 4096);
  await page.locator(".reasons tr.unavailable button").click();
  const lost = Number(await chosen(page));
  await eventually(() => page.locator(".why-verdict").innerText(), "unavailable, decided by rule 3");
  await page.locator(".reasons tr.filling button").first().click();
  await eventually(async () => (await page.locator(".why-verdict").innerText()).split(",")[0], "active");
  const kept = Number(await chosen(page));
  assert.equal(await colourOf(page, lost), "210,96,26");
  assert.equal(await colourOf(page, kept), "74,159,216");
  await action(page, "theme").click();
  await eventually(() => colourOf(page, lost), "240,138,75");
  assert.deepEqual(complaints, []);
});

test("arrow keys walk the map", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await keyboard.tabTo(() => "map" in (document.activeElement?.dataset ?? {}), "the map");
  for (const [key, expected] of [
    ["ArrowRight", 1],
    ["ArrowDown", 65],
    ["End", 127],
    ["PageDown", 639],
    ["Home", 576],
    ["ArrowUp", 512],
  ]) {
    await keyboard.press(key);
    await eventually(() => chosen(page), String(expected), key);
  }
  const said = page.locator('[role="status"][aria-live="polite"]');
  await eventually(() => said.innerText(), "Partition 512: active, because fewer roster nodes than RF are missing or untrusted (rule 2).");
  assert.deepEqual(complaints, []);
});

test("a partition can be typed, and what is no partition is not taken", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await page.locator("#partition").fill("1042");
  await page.keyboard.press("Enter");
  const label = () => page.locator('[data-map="main"]').getAttribute("aria-label");
  await eventually(async () => (await label()).includes("Partition 1042"), true);
  await page.locator("#partition").fill("4096");
  await page.keyboard.press("Enter");
  await eventually(() => chosen(page), "1042");
  assert.deepEqual(complaints, []);
});

test("the pointer is told what is under it", async (t) => {
  const { page } = await openPage(t, WIDE);
  await page.locator('[data-map="main"]').hover({ position: { x: 6, y: 2 } });
  await eventually(() => page.locator(".map-hover").innerText(), "1: active, rule 2");
});

test("what happens is told, written down and announced", async (t) => {
  const { page } = await openPage(t, WIDE);
  await action(page, "crash").click();
  await eventually(() => page.locator(".step-title").first().innerText(), "Crash A102");
  const news = await page.locator("[data-news]").innerText();
  assert.match(news, /^A102 crashed\. Sub-cluster B102 has 4 of 5 roster nodes: all 4,096 partitions are active/);
  const said = page.locator('[role="status"][aria-live="polite"]');
  await eventually(() => said.innerText(), news);
  await node(page, "A102").click();
  assert.match(await node(page, "A102").innerText(), /crashed[^]*returns with e[^]*not flushed/);
});
