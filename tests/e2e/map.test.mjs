// The map, what it explains, and the equivalents for people who cannot see it or use a mouse.

import assert from "node:assert/strict";
import { createHash, getHashes } from "node:crypto";
import { openPage } from "./browser.mjs";
import { test, walk } from "./engines.mjs";
import { Keyboard, action, eventually, node, typeInto } from "./rosterlab.mjs";

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

/** The colour in the upper left corner of a partition's cell, as `r,g,b`. */
function colourOf(page, partition) {
  return page.evaluate((index) => {
    // Read a copy of one pixel: the browser warns when the page's own canvas is read.
    const canvas = document.querySelector('[data-map="main"]');
    const copy = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, -(index % 64) * 4, -Math.floor(index / 64) * 4);
    return copy.getImageData(0, 0, 1, 1).data.slice(0, 3).join();
  }, partition);
}

walk("a click on a cell explains its partition", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await page.locator('[data-map="main"]').click({ position: { x: 18 * 4 + 2, y: 16 * 4 + 2 } });
  await eventually(() => chosen(page), String(16 * 64 + 18));
  await eventually(() => page.locator(".rule.decided .rule-number").innerText(), "2");
  assert.equal(await page.locator(".chip-node").count(), 5);
  assert.deepEqual(complaints, []);
});

walk("every cell has its partition's colour, and the explanation agrees", async (t) => {
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
  await eventually(async () => (await colourOf(page, lost)) !== "210,96,26", true, "dimmed");
  await page.locator(".reasons tr.filling button").first().click();
  await eventually(() => colourOf(page, lost), "210,96,26");
  assert.equal(await colourOf(page, kept), "74,159,216");
  await action(page, "theme").click();
  await eventually(() => colourOf(page, lost), "240,138,75");
  assert.deepEqual(complaints, []);
});

walk("arrow keys walk the map", async (t) => {
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

walk("a group of choices has its name in the row of the first of them", async (t) => {
  const { page } = await openPage(t, WIDE);
  await page.locator('[data-tab="clients"]').click();
  for (const group of [".choices:has([data-colour-by])", ".read-modes"]) {
    const [name, first] = await page.locator(group).evaluate((group) => {
      const text = document.createRange();
      text.selectNodeContents(group.querySelector("legend"));
      return [text, group.querySelector("label")].map((part) => {
        const { top, height } = part.getBoundingClientRect();
        return top + height / 2;
      });
    });
    assert.ok(Math.abs(name - first) < 4, `${group}: the name is at ${name}, the first choice at ${first}`);
  }
});

test("a partition's number can be typed, and an invalid one is refused", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await typeInto(page.locator("#partition"), "1042");
  await page.keyboard.press("Enter");
  const label = () => page.locator('[data-map="main"]').getAttribute("aria-label");
  await eventually(async () => (await label()).includes("Partition 1042"), true);
  await typeInto(page.locator("#partition"), "4096");
  await page.keyboard.press("Enter");
  await eventually(() => chosen(page), "1042");
  assert.deepEqual(complaints, []);
});

walk("the line below the map describes the cell under the pointer", async (t) => {
  const { page } = await openPage(t, WIDE);
  await page.locator('[data-map="main"]').hover({ position: { x: 6, y: 2 } });
  await eventually(() => page.locator(".map-hover").innerText(), "1: active, rule 2");
});

test("an action appears in the news, the history and the live region", async (t) => {
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

/** The legend's entries that have partitions. */
const legend = (page) =>
  page.locator(".legend li:not(.zero)").evaluateAll((all) => all.map((entry) => entry.textContent.trim()));

const numbers = (texts) => texts.map((text) => Number(text.match(/[\d,]+$/)[0].replace(",", "")));

test("by mouse: colours mean rule, master or mark, and the legend counts all partitions", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await resetTooEarly(page);
  for (const [by, expected] of [
    ["rule", /^rule \d: /],
    ["master", /^(A10[13]|nobody) /],
    ["mark", /^(full copy|subset \(s\)|untrusted \(e\)|revived \(r\)|no copy) /],
    ["verdict", /(active|active, filling|unavailable|dead) [\d,]+$/],
  ]) {
    await page.locator(`[data-colour-by="${by}"]`).click();
    await eventually(() => page.locator(".legend").getAttribute("data-legend"), by);
    const entries = await legend(page);
    assert.equal(numbers(entries).reduce((a, b) => a + b), 4096, `${entries}`);
    for (const entry of entries) assert.match(entry, expected);
  }
  assert.deepEqual(complaints, []);
});

walk("by keyboard: arrows choose what colours mean, and marks are those of the selected node", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await keyboard.crash("A102");
  await keyboard.start("A102");
  await keyboard.tabTo(() => document.activeElement.dataset.colourBy != null, "colour by");
  for (const by of ["rule", "master", "mark"]) {
    await keyboard.press("ArrowRight");
    await eventually(() => page.locator(".legend").getAttribute("data-legend"), by);
  }
  await eventually(async () => (await legend(page)).sort(), ["no copy 2,715", "untrusted (e) 1,381"]);
  await keyboard.go("A101", "Shift+Tab");
  await keyboard.press("Enter");
  await eventually(async () => (await legend(page)).some((entry) => entry.startsWith("full copy ")), true);
  assert.deepEqual(complaints, []);
});

test("by mouse: a group highlights its cells, and a cell marks its group", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await resetTooEarly(page);
  const lost = page.locator(".reasons tr.unavailable");
  assert.match(await lost.innerText(), /no full copy here: it was on A102 \(rule 3\)\s+1,381/);
  const first = page.locator(".reasons tr.filling").first();
  await first.locator("button").click();
  await eventually(() => first.locator("button").getAttribute("aria-pressed"), "true");
  const kept = Number(await chosen(page));
  assert.equal(await colourOf(page, kept), "74,159,216");
  await eventually(() => first.getAttribute("aria-current"), "true");
  await first.locator("button").click();
  await eventually(() => first.locator("button").getAttribute("aria-pressed"), "false");
  // A cell of the other colour marks the other group.
  let other = 0;
  while ((await colourOf(page, other)) !== "210,96,26") other += 1;
  const position = { x: (other % 64) * 4 + 2, y: Math.floor(other / 64) * 4 + 2 };
  await page.locator('[data-map="main"]').click({ position });
  await eventually(() => lost.getAttribute("aria-current"), "true");
  assert.equal(await first.getAttribute("aria-current"), null);
  assert.deepEqual(complaints, []);
});

test("by keyboard: a group is selected and deselected", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await keyboard.tabTo(() => document.activeElement.dataset.action === "pick-group", "a group");
  const pressed = () => page.evaluate(() => document.activeElement.getAttribute("aria-pressed"));
  await keyboard.press("Enter");
  await eventually(pressed, "true");
  await keyboard.press("Space");
  await eventually(pressed, "false");
  assert.deepEqual(complaints, []);
});

/** The digest that the client library computes, by another implementation of RIPEMD-160. */
function digest(set, key) {
  const kind = typeof key === "bigint" ? 1 : 3;
  const bytes = typeof key === "bigint" ? Buffer.alloc(8) : Buffer.from(key);
  if (typeof key === "bigint") bytes.writeBigInt64BE(key);
  const whole = Buffer.concat([Buffer.from(set), Buffer.from([kind]), bytes]);
  return createHash("ripemd160").update(whole).digest();
}

const KNOWN = [
  ["demo", "key1", "ec91192d4b7f8ce35d5d78d34bca65cbaaaac960"],
  ["demo", 1n, "b7f4b83889e2da67de683e1df6919a1eacc446c8"],
  ["", -1n, "d943ab3514038a3c02fd973a50aa7133e3f400f0"],
];

test("by mouse: a key leads to its partition through the client's digest", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const found = (what) => page.locator(`[data-found="${what}"]`).innerText();
  for (const [set, key, hex] of KNOWN) {
    if (getHashes().includes("ripemd160")) assert.equal(digest(set, key).toString("hex"), hex);
    await page.locator(`[data-key-type="${typeof key === "bigint" ? "integer" : "string"}"]`).click();
    await page.locator("#find-set").fill(set);
    await page.locator("#find-key").fill(String(key));
    await eventually(() => found("digest"), hex);
    const partition = String(Buffer.from(hex, "hex").readUInt32LE(0) & 4095);
    assert.equal(await found("partition"), partition);
    await action(page, "show-found").click();
    await eventually(() => chosen(page), partition);
  }
  await page.locator("#find-key").fill("9223372036854775808");
  await eventually(async () => (await page.locator(".finder-result").innerText()).includes("does not fit"), true);
  assert.deepEqual(complaints, []);
});

walk("by keyboard: letters typed into the key field trigger no action, and Enter goes to the partition", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await keyboard.tabTo(() => document.activeElement.id === "find-set", "the set");
  for (const letter of "demo") await keyboard.press(letter);
  await keyboard.press("Tab");
  for (const letter of "key1") await keyboard.press(letter);
  await keyboard.press("Enter");
  await eventually(() => chosen(page), "492");
  await keyboard.press("Tab");
  await keyboard.press("ArrowRight");
  await eventually(
    () => page.locator(".finder-result").innerText(),
    "“key1” is not a whole number; choose string for keys that are text.",
  );
  assert.equal(await page.locator(".step-title").count(), 1, "nothing was done");
  assert.deepEqual(complaints, []);
});

test("partitions that came up empty have their own colour, sign, legend entry and group", async (t) => {
  const { page, complaints } = await openPage(t, { context: { viewport: { width: 1440, height: 940 } } });
  const legend = page.locator('[data-legend="verdict"] li');
  assert.equal((await legend.allInnerTexts()).some((text) => text.includes("empty")), false);
  await action(page, "settings").click();
  await page.locator("#ns-0-mode").selectOption("ap");
  await action(page, "apply-settings").click();
  // Each rack has a copy of everything, so both sides can lack a copy only when the split is within a rack.
  await node(page, "A101").click();
  await node(page, "A102").click({ modifiers: ["Control"] });
  await action(page, "isolate").click();
  await page.locator('[data-action="show-sub-cluster"]', { hasText: "A102" }).click();
  const fresh = Number(await page.locator("[data-fresh]").last().getAttribute("data-fresh"));
  assert.ok(fresh > 0, `${fresh}`);
  const said = fresh.toLocaleString("en");
  assert.match(await page.locator("[data-news]").innerText(), new RegExp(`Of these ${said} came up empty`));
  await eventually(async () => (await legend.allInnerTexts()).some((text) => /came up empty/.test(text) && text.endsWith(said)), true);
  const row = page.locator(".reasons tr.fresh");
  assert.match(await row.innerText(), /came up empty/);
  assert.equal(await row.locator(".n").innerText(), said);
  assert.deepEqual(complaints, []);
});
