// What the page says of copies, of cuts and of its words: each where it stands, by pointer, focus and tap.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { openPage } from "./browser.mjs";
import { Finger, cannot, test, walk } from "./engines.mjs";
import { Keyboard, Mouse, action, eventually, expectCounts, node, typeInto } from "./rosterlab.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDE = { context: { viewport: { width: 1440, height: 940 } } };
const PHONE = { context: { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true } };

const bubble = (page) => page.locator(".term-bubble");
const term = (page, word) => page.locator(".term", { hasText: new RegExp(`^${word}$`) }).first();

async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join("; ")}`);
}

/** Rack 2 is down and migrations are done; then A102 crashes: nothing is served. */
async function crashAfterRack(page) {
  const mouse = new Mouse(page);
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await mouse.migrate();
  await mouse.crash("A102");
  await expectCounts(page, "A103", { unavailable: 4096 });
}

test("a chip says what the rules saw and what is so since", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await crashAfterRack(page);
  const changed = page.locator(".row-changed");
  // The first partition of which a copy was full when the rules looked.
  for (let partition = 0; (await changed.innerText()) === ""; partition += 1) {
    assert.ok(partition < 20, "one of the first partitions had a full copy");
    await typeInto(page.locator("#partition"), String(partition));
    await page.locator("#partition").press("Enter");
    await eventually(() => page.locator("#partition").inputValue(), String(partition));
  }
  assert.match(await changed.innerText(), /^Full copy on A10[13] before this rebalance; subset since it became unavailable\.$/);
  const chip = page.locator(".chip-node", { hasText: "before: full copy" });
  assert.equal(await chip.count(), 1);
  assert.match(await chip.innerText(), /subset/);
  assert.match(await page.locator(".rule", { hasText: "A full copy is here" }).innerText(), /1$/, "what rule 3 counted");
  assert.deepEqual(complaints, []);
});

test("with a quiesced node the working order stands beside the roster's, and only then", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const working = page.locator(".row.working");
  assert.equal(await working.count(), 0);
  const first = await page.locator(".chip-node .id").first().innerText();
  await node(page, first).click();
  await action(page, "quiesce").click();
  await action(page, "recluster").click();
  await working.waitFor();
  assert.equal(await page.locator(".chip-node .id").first().innerText(), first, "the roster's order stays");
  assert.equal(await working.locator("li").last().innerText(), first);
  assert.deepEqual(complaints, []);
});

test("a cut says what is missing, who decided and by which tie-break", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const news = () => page.locator("[data-news]").innerText();
  await page.locator('[data-link="A101-A102"], [data-link="A101–A102"]').first().focus();
  await page.keyboard.press("Enter");
  await eventually(async () => (await news()).includes("A101 and A102 are not connected"), true);
  assert.match(await news(), /every pair of a cluster's nodes must be\. The principal B102, the highest id, decided: A101 left, because it missed as many links as A102 \(1\)/);
  await action(page, "heal").click();
  await expectCounts(page, "B102", {});
  await action(page, "split").click();
  await eventually(async () => (await news()).includes("6 of 10 pairs of nodes are not connected"), true);
  assert.match(await news(), /A103, A102 and A101 do not hear their principal B102, so they left\./);
  assert.deepEqual(complaints, []);
});

walk("by pointer and by keyboard: a word is explained, and Escape closes that alone", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await crashAfterRack(page);
  assert.equal(await bubble(page).isVisible(), false);
  await term(page, "dead").hover();
  await eventually(() => bubble(page).innerText(), await term(page, "dead").getAttribute("aria-description"));
  assert.match(await bubble(page).innerText(), /whole roster is here[^]*\(documented\)$/);
  await page.locator("h1").hover();
  await eventually(() => bubble(page).isVisible(), false);
  const keyboard = new Keyboard(page);
  await page.locator("#partition").focus();
  await keyboard.tabTo(() => document.activeElement.matches(".why .term"), "a word of the Why panel");
  await eventually(() => bubble(page).isVisible(), true);
  await keyboard.press("Escape");
  await eventually(() => bubble(page).isVisible(), false);
  assert.ok(await page.evaluate(() => document.activeElement.matches(".term")), "the focus stays");
  for (const word of ["unavailable", "roster-master", "s", "margin"]) assert.ok((await term(page, word).count()) > 0, word);
  await node(page, "A102").click();
  await term(page, "returns with e").hover();
  await eventually(async () => /no clean-shutdown mark/.test(await bubble(page).innerText()), true);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

walk("on a phone a tap explains a word within the window", { skip: cannot("touch") }, async (t) => {
  const { page, complaints } = await openPage(t, PHONE);
  await crashAfterRack(page);
  const finger = new Finger(page);
  for (const word of ["unavailable", "roster-master", "s", "margin", "returns with e"]) {
    await finger.tap(term(page, word));
    await eventually(() => bubble(page).innerText(), await term(page, word).getAttribute("aria-description"), word);
    const { x, y, width, height } = await bubble(page).boundingBox();
    assert.ok(x >= 0 && y >= 0 && x + width <= 360 && y + height <= 640, `${word}: ${x} ${y} ${width} ${height}`);
    const size = await term(page, word).boundingBox();
    assert.ok(size.width >= 44 && size.height >= 44, `${word} is ${size.width} × ${size.height}`);
  }
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press("Escape");
  await eventually(() => bubble(page).isVisible(), false);
  assert.deepEqual(complaints, []);
});

walk("a word that is explained has a dotted line", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const line = await page.locator(".term").first().evaluate((word) => {
    const { textDecorationLine, textDecorationStyle } = getComputedStyle(word);
    return [textDecorationLine, textDecorationStyle];
  });
  assert.deepEqual(line, ["underline", "dotted"]);
  assert.deepEqual(complaints, []);
});
