// The verdict bar and what shares its definition: what a client of the whole network can reach, and each side's numbers.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { test, walk } from "./engines.mjs";
import { action, counts, eventually, expectCounts, link, node, openTab } from "./rosterlab.mjs";

const WIDE = { context: { viewport: { width: 1440, height: 940 } } };
const PHONE = { context: { viewport: { width: 360, height: 640 }, hasTouch: true } };

const headline = (page) => page.locator("[data-headline]").innerText();
const outcome = (page) => page.locator("[data-outcome]").innerText();
const verdict = (page) => page.locator("[data-verdict]").getAttribute("data-verdict");

/** Rack 2 stops cleanly, then A102 crashes: two of five are left, and nothing is served. */
async function twoOfFive(page) {
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await node(page, "A102").click();
  await action(page, "crash").click();
  await expectCounts(page, "A103", { unavailable: 4096 });
}

/** After a split by rack, each side gets a roster of its own, which is the mistake. */
async function rosterOnEachSide(page) {
  for (const principal of ["A103", "B102"]) {
    await page.locator(`[data-action="show-sub-cluster"]`, { hasText: principal }).click();
    await action(page, "stage-and-recluster").click();
    const question = action(page, "roster-confirm");
    if (await question.count()) await question.click();
  }
}

test("one cut link: one side serves nothing, and the bar and the timeline say that all is served", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await link(page, "A101-A102").focus();
  await page.keyboard.press("Enter");
  await eventually(() => page.locator("[data-orphans]").count(), 1);
  assert.match(await headline(page), /^Serving/);
  assert.match(await outcome(page), /^all active/);
  const label = await page.locator(".graph-label.here").textContent();
  assert.match(label, /A101 alone; all ac/, "a long label is cut short");
  assert.match(await action(page, "scrub").getAttribute("aria-valuetext"), /A101 alone; all active/);
  assert.doesNotMatch(label, /unavailable/);
  assert.equal(await page.locator(".graph-inactive").last().getAttribute("d"), "", "nothing is drawn as lost");
  assert.equal(await page.locator(".graph-worse").getAttribute("d"), "");
  assert.deepEqual(complaints, []);
});

test("the bar says what, why and how safely out; the safe way is one click", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  assert.equal(await headline(page), "Serving");
  assert.equal(await verdict(page), "settled");
  await twoOfFive(page);
  assert.equal(await headline(page), "Not serving");
  assert.equal(await verdict(page), "unavailable");
  assert.equal(await outcome(page), "4,096 unavailable");
  assert.match(await page.locator(".verdict-who").innerText(), /^2 of 5 roster nodes$/);
  const why = await page.locator(".verdict-why").innerText();
  assert.match(why, /no majority, not all replicas \(2,715\) · no full copy here \(1,381\)/);
  await action(page, "way-safe").waitFor();
  assert.match(await action(page, "way-safe").innerText(), /^Start B101 and B102$/);
  await action(page, "way-safe").click();
  await expectCounts(page, "B102", {});
  assert.match(await headline(page), /^Serving/);
  assert.deepEqual(complaints, []);
});

test("what two sides serve is an alarm of its own, and the bar says how it ends", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "split").click();
  await eventually(() => page.locator(".sides tbody tr").count(), 2);
  await rosterOnEachSide(page);
  await eventually(() => headline(page), "Served by two sides");
  assert.equal(await verdict(page), "twice");
  assert.match(await outcome(page), /4,096 served by two sides/);
  assert.equal(await page.locator(".map-twice").innerText(), "⚠ 4,096 are served by two sides at once.");
  assert.notEqual(await page.locator(".graph-twice").last().getAttribute("d"), "", "the timeline shows it");
  assert.notEqual(await page.locator(".graph-worse").getAttribute("d"), "");
  const keep = action(page, "way-one-side");
  assert.equal(await keep.innerText(), "Keep A103’s side: stop B101 and B102, heal, start");
  assert.match(await page.locator(".verdict-way.way-risky").innerText(), /May lose writes/);
  await keep.click();
  await eventually(async () => (await headline(page)).startsWith("Serving"), true);
  assert.equal(await page.locator(".map-twice").innerText(), "");
  assert.equal(await page.locator(".sides tbody tr").count(), 1);
  const roster = await page.locator(".roster-line").first().innerText();
  assert.ok(roster.includes("A101") && !roster.includes("B102"), roster);
  await action(page, "undo").click();
  await eventually(() => headline(page), "Served by two sides");
  assert.deepEqual(complaints, []);
});

test("a roster that loses when two sides become one is told with both generations", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "split").click();
  await rosterOnEachSide(page);
  await action(page, "heal").click();
  await eventually(() => page.locator(".sides tbody tr").count(), 1);
  const news = await page.locator("[data-news]").innerText();
  assert.match(
    news,
    /A103, A102 and A101 gave up the roster of main that they held \(generation 2\): the one that B102 held \(generation 2\) is the principal’s, and both are equally new\./,
  );
  assert.deepEqual(complaints, []);
});

test("with every node down, the safe way starts them all", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  for (const rack of ["1", "2"]) await page.locator(`[data-rack="${rack}"] [data-action="stop-rack"]`).click();
  await eventually(() => headline(page), "Not serving");
  const safe = action(page, "way-safe");
  await safe.waitFor();
  assert.equal(await safe.innerText(), "Start A101, A102, A103, B101 and B102");
  await safe.click();
  await eventually(async () => (await headline(page)).startsWith("Serving"), true);
  assert.deepEqual(complaints, []);
});

test("the bar stays in view and keeps its height", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const bar = page.locator(".verdict");
  // In Firefox the last digits of a height change with the place.
  const height = async () => (await bar.boundingBox()).height.toFixed(2);
  const before = await height();
  await twoOfFive(page);
  await action(page, "way-safe").waitFor();
  assert.equal(await height(), before, "nothing moves under the pointer");
  await page.locator(".foot").scrollIntoViewIfNeeded();
  const { y } = await bar.boundingBox();
  assert.ok(y >= 0 && y < 10, `the bar is at ${y}`);
  assert.deepEqual(complaints, []);
});

test("filling is not finished, and one more crash is told in the bar", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await eventually(() => headline(page), "Serving, still filling");
  assert.equal(await verdict(page), "filling");
  assert.match(await outcome(page), /^all active, 4,096 still filling$/);
  await eventually(() => page.locator("[data-outlook]").getAttribute("data-outlook"), "bad");
  assert.match(await page.locator("[data-outlook]").innerText(), /One more crash can stop service/);
  await action(page, "migrate").click();
  await eventually(() => headline(page), "Serving");
  assert.equal(await outcome(page), "all active");
  assert.deepEqual(complaints, []);
});

test("two ends whose partitions look the same differ in their answers", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await action(page, "migrate").click();
  const stage = async () => {
    await action(page, "stage-observed").click();
    await action(page, "roster-confirm").click();
  };
  await stage();
  await action(page, "recluster").click();
  await action(page, "migrate").click();
  // Back to before the roster was staged; then it is staged again, and not put in force.
  for (let step = 0; step < 3; step += 1) await action(page, "undo").click();
  await stage();
  await openTab(page, "compare");
  await eventually(() => page.locator("[data-differ]").innerText().then((text) => text.startsWith("The same map, but ")), true);
  const differing = page.locator(".compare-answers .differs th");
  const answers = async () => (await differing.allInnerTexts()).map((text) => text.split(",")[0].trim());
  await eventually(async () => (await answers()).includes("Roster in force"), true);
  assert.ok(!(await answers()).includes("Served of main"), `what is served is the same, ${await answers()} differ`);
  const questions = await page.locator(".compare-answers tbody th").allInnerTexts();
  for (const asked of ["Served of main", "Copies to fill", "Refused to clients", "Acknowledged writes lost"]) {
    assert.ok(questions.some((question) => question.startsWith(asked)), `${asked} in ${questions}`);
  }
  assert.deepEqual(complaints, []);
});

test("twelve nodes in three parts are one sentence and a row for each side", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "settings").click();
  await page.locator('[data-action="add-namespace"]').click();
  await page.locator('[data-action="apply-settings"]').click();
  await eventually(() => page.locator(".sides tbody tr").count(), 2);
  await action(page, "split").click();
  await node(page, "A101").click();
  await action(page, "isolate").click();
  await eventually(() => page.locator(".sides tbody tr").count(), 6);
  const sides = await counts(page);
  assert.equal(Object.keys(sides).length, 3);
  for (const side of Object.values(sides)) {
    assert.equal(side.active + side.unavailable + side.dead, 4096);
  }
  assert.match(await page.locator("[data-news]").innerText(), /There are 3 sub-clusters\. Taken together: main /);
  assert.match(await page.locator(".verdict-who").innerText(), /^3 sub-clusters/);
  assert.deepEqual(complaints, []);
});

walk("on a phone the verdict and the way out stay in view, and targets have 44 px", async (t) => {
  const { page, complaints } = await openPage(t, PHONE);
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await node(page, "A102").click();
  await action(page, "crash").click();
  await action(page, "way-safe").waitFor();
  const inView = (selector) =>
    page.locator(selector).first().evaluate((element) => {
      const { top, bottom, left, right } = element.getBoundingClientRect();
      return top >= 0 && bottom <= window.innerHeight && left >= 0 && right <= window.innerWidth;
    });
  assert.ok(await inView("[data-headline]"), "the headline");
  assert.ok(await inView('[data-action="way-safe"]'), "the way out");
  assert.ok(await inView('.toolbar [data-action="crash"]'), "the action");
  assert.equal(await page.locator('.toolbar [data-action="quiesce"]').isVisible(), false);
  await page.locator(".more-tools > summary").click();
  for (const name of ["quiesce", "wipe", "select-more", "split", "add-rack"]) {
    assert.ok(await page.locator(`.toolbar [data-action="${name}"]`).isVisible(), name);
  }
  const small = await page.evaluate(() =>
    [...document.querySelectorAll(".head button, .verdict button, .toolbar button, .toolbar summary, .roster button, .tabs button")]
      .filter((target) => target.checkVisibility())
      .map((target) => [target.textContent, target.getBoundingClientRect().height])
      .filter(([, height]) => height < 44));
  assert.deepEqual(small, []);
  assert.deepEqual(complaints, []);
});
