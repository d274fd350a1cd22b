// The nearest ways out of an inactive partition: shown with their risk, taken by mouse and by keyboard.

import assert from "node:assert/strict";
import { openBlankPage, openPage } from "./browser.mjs";
import { test, walk } from "./engines.mjs";
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
  assert.match(await status(page), /^\d ways?, safest first: Start A102\./);
  assert.match(await page.locator(".way").first().innerText(), /no risk[^]*then all active/);
  const before = await steps(page);
  await page.locator('[data-action="take-way"][data-way="0"]').click();
  await expectCounts(page, "A103", {});
  assert.equal(await steps(page), before + 1);
  assert.match(await page.locator("[data-news]").innerText(), /^Way out taken: Start A102\./);
  await eventually(() => status(page), "Active: nothing to do.");
  assert.deepEqual(complaints, []);
});

walk("by keyboard: a way that may lose writes says so, is taken and can be undone", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await resetTooEarly(keyboard);
  await eventually(async () => (await ways(page)).some((way) => way.endsWith("| loses")), true);
  await keyboard.tabTo(() => document.activeElement.matches(".ways-risky summary"), "the ways that may lose writes");
  await keyboard.press("Enter");
  await keyboard.tabTo(
    () => document.activeElement.closest(".way")?.querySelector('[data-risk="loses"]') != null,
    "a way that may lose writes",
  );
  await keyboard.press("Enter");
  await expectCounts(page, "A103", {});
  await eventually(() => page.evaluate(() => document.activeElement.className), "verdict-head");
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
  await eventually(() => ways(page), ["Revive main and recluster | loses"]);
  assert.match(await page.locator(".source").innerText(), /documented[^]*Mark e: documented, seen in logs/);
  await page.locator(".ways-risky summary").click();
  await action(page, "take-way").click();
  await expectCounts(page, "B102", {});
  assert.equal(await focused(page), null, "the focus is on the verdict");
  assert.deepEqual(complaints, []);
});

/** Two SC namespaces; rack 2 is down and A102 has crashed: nothing is served of either. */
const TWO_NAMESPACES = "s1=0.2.0-0_a.n2S-main.n2S-ns2_1-A101~2.2-B101~1_s34_g_c1";

test("a way out is one step, covers every namespace, and what is safe comes first and open", async (t) => {
  const { page, url, complaints } = await openBlankPage(t, WIDE);
  // Each is a visit of its own: the page that was left could still write its own link into the address.
  const visit = async (link) => {
    await page.goto("about:blank");
    await page.goto(`${url}#${link}`);
  };
  await visit(TWO_NAMESPACES);
  const both = "Set the roster of main and ns2 to the observed nodes and recluster | loses";
  await eventually(async () => (await ways(page)).includes(both), true);
  assert.equal((await ways(page))[0], "Start B101 and B102 | safe");
  const outcome = () => page.locator("[data-outcome]").innerText();
  const lost = await outcome();
  const way = page.locator(".ways-risky .way", { hasText: "Set the roster" });
  assert.equal(await way.isVisible(), false, "what may lose writes is closed");
  assert.match(await page.locator(".ways-risky summary").innerText(), /^May lose writes: \d ways?$/);
  await page.locator(".ways-risky summary").click();
  assert.match(await way.innerText(), /acknowledged writes may be lost[^]*then all active/);
  const before = await steps(page);
  await way.locator("button").click();
  await eventually(() => page.locator("[data-headline]").innerText(), "Serving, still filling");
  assert.equal(await steps(page), before + 1);
  await action(page, "undo").click();
  await eventually(outcome, lost, "one undo takes all of it back");
  // A roster that was staged and forgotten would come into force: it is taken back first.
  await visit(`${TWO_NAMESPACES}_o0`);
  await eventually(async () => (await ways(page))[0], "Unstage the roster of main, then start B101 and B102 | safe");
  // With no node up, what is needed first leads.
  await visit("s1=0.2.0-0_a.n2S-main_1-A101~2.2-B101~1_s0~4");
  const lead = /^Start .* first: nothing can be done before a node is up\. \d ways?/;
  await eventually(async () => lead.test(await status(page)), true);
  assert.deepEqual(complaints, []);
});
