// The margin, which is always on screen, and the picture and table of all failure sets.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { test, walk } from "./engines.mjs";
import { Keyboard, action, counts, eventually, expectCounts, node, resetTooEarly } from "./rosterlab.mjs";

const WIDE = { context: { viewport: { width: 1440, height: 940 } } };

const margin = (page) => page.locator("[data-margin]").getAttribute("data-margin");
const why = (page) => page.locator(".margin-why").innerText();
const ways = (page) =>
  page.locator("[data-margin-way]").evaluateAll((all) => all.map((way) => way.textContent));
const heat = (page) => page.locator("[data-heat]");
const label = (page) => heat(page).getAttribute("aria-label");
/** The table by number of losses: size, sets, sets that do harm, the worst. */
const table = (page) =>
  page
    .locator(".losses-table tbody tr")
    .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll(".n")].map((n) => n.textContent)));

test("the margin is shown from the start, in both forms, and follows every action", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await eventually(() => margin(page), "1");
  assert.deepEqual(await ways(page), ["1", "1"]);
  assert.match(await why(page), /^Losing \w+ and \w+ at once leaves [\d,]+ unavailable\. 6 of 10 such losses do harm\.$/);
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await eventually(() => margin(page), "0");
  assert.match(await why(page), /^Losing A101, A102 or A103 as well leaves/);
  await action(page, "crash").click();
  await eventually(() => margin(page), "–");
  assert.match(await why(page), /nothing left to lose/);
  await action(page, "undo").click();
  await eventually(() => margin(page), "0");
  assert.deepEqual(complaints, []);
});

test("partitions that are unavailable already do not count", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await resetTooEarly(page);
  await eventually(() => margin(page), "0");
  assert.equal(await why(page), "Losing A101 or A103 as well leaves 4,096 unavailable.");
  assert.deepEqual(complaints, []);
});

test("by mouse: a cell describes its loss, and a click applies it", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  assert.equal(await heat(page).count(), 0);
  await action(page, "losses").click();
  const harm = async () => (await table(page)).map((row) => row.slice(0, 3));
  await eventually(harm, [
    ["1", "5", "0"],
    ["2", "10", "6"],
    ["3", "10", "10"],
    ["4", "5", "5"],
    ["5", "1", "1"],
  ]);
  const box = await heat(page).boundingBox();
  const position = { x: box.width - 4, y: box.height - 4 };
  await heat(page).hover({ position });
  const told = page.locator(".losses .map-hover");
  await eventually(() => told.innerText(), "Without A101, A102, A103, B101 and B102: all 4,096 partitions are unavailable");
  await heat(page).click({ position });
  await eventually(() => counts(page), { none: { unavailable: 4096, active: 0, dead: 0 } });
  await action(page, "undo").click();
  await expectCounts(page, "B102", {});
  assert.deepEqual(complaints, []);
});

test("the worst set leaves what the table says, whether its nodes crash or stop cleanly", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "losses").click();
  await page.locator('[data-action="lose"][data-size="2"]').waitFor();
  for (const [way, state] of [["loss-crash", "crashed"], ["loss-stop", "stopped"]]) {
    await action(page, way).click();
    await eventually(() => action(page, way).getAttribute("aria-pressed"), "true");
    const worst = Number((await table(page))[1][3].replace(",", ""));
    const set = page.locator('[data-action="lose"][data-size="2"]');
    const lost = (await set.innerText()).split(" and ");
    await set.click();
    for (const id of lost) await eventually(() => node(page, id).getAttribute("data-state"), state);
    await eventually(async () => Object.values(await counts(page))[0].unavailable, worst);
    await action(page, "undo").click();
    await eventually(() => table(page).then((rows) => rows.length), 5);
  }
  assert.deepEqual(complaints, []);
});

walk("by keyboard: arrows go through the losses, and Enter applies one", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await keyboard.tabTo(() => document.activeElement?.dataset.action === "losses", "the failure sets");
  await keyboard.press("Enter");
  await heat(page).waitFor();
  await keyboard.tabTo(() => "heat" in (document.activeElement?.dataset ?? {}), "the map of losses");
  assert.match(await label(page), /No loss: every partition stays active/);
  await keyboard.press("ArrowRight");
  await eventually(async () => (await label(page)).includes("Without A101: every partition stays active"), true);
  await keyboard.press("ArrowDown");
  await eventually(async () => (await label(page)).includes("Without A101 and B101: "), true);
  const said = page.locator('[role="status"][aria-live="polite"]');
  await eventually(async () => /^Without A101 and B101: \d+ partitions are unavailable$/.test(await said.innerText()), true);
  const lost = Number((await said.innerText()).match(/: (\d+)/)[1]);
  await keyboard.press("Enter");
  await expectCounts(page, "B102", { unavailable: lost });
  await keyboard.press("End");
  await eventually(async () => (await label(page)).includes("Without A102, A103 and B102: all"), true);
  await keyboard.press("Control+z");
  await expectCounts(page, "B102", {});
  assert.deepEqual(complaints, []);
});

test("results are not computed again when another panel opens", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "losses").click();
  await heat(page).waitFor();
  await eventually(() => margin(page), "1");
  await page.evaluate(() => {
    // Computing begins with a timer of 30 ms; Yew draws with timers of 0 ms.
    const set = window.setTimeout;
    window.begun = 0;
    window.setTimeout = (heard, ms, ...more) => {
      window.begun += ms === 30 ? 1 : 0;
      return set(heard, ms, ...more);
    };
  });
  await action(page, "help").click();
  await page.locator(".help").waitFor();
  assert.equal(await page.evaluate(() => window.begun), 0);
  await action(page, "crash").click();
  await eventually(() => page.evaluate(() => window.begun), 2, "the margin and the table, once each");
  assert.deepEqual(complaints, []);
});
