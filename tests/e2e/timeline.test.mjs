// The timeline: scrubbing by drag, click and keys; branches that are kept, taken and compared; speeds, steps, the ticker.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { NARROW, test, walk } from "./engines.mjs";
import { Keyboard, action, eventually, expectCounts, node } from "./rosterlab.mjs";

const WIDE = { context: { viewport: { width: 1440, height: 940 } } };

const slider = (page) => action(page, "scrub");
const position = (page) => slider(page).getAttribute("aria-valuenow").then(Number);
const tab = (page, name) => page.locator(`[data-tab="${name}"]`);
const branches = (page) => page.locator(".branch").count();
const branchText = (page) => page.locator(".branch p").innerText();

async function crash(page, id) {
  await node(page, id).click();
  await action(page, "crash").click();
}

/** The nodes of rack 2 stop one by one, then A102 crashes: three steps. */
async function threeSteps(page) {
  for (const id of ["B101", "B102"]) {
    await node(page, id).click();
    await action(page, "stop").click();
  }
  await crash(page, "A102");
  await expectCounts(page, "A103", { unavailable: 4096 });
}

/** The same, then another ending: migrations finish instead of the crash. */
async function twoWays(page) {
  await threeSteps(page);
  await action(page, "undo").click();
  await action(page, "migrate").click();
  await eventually(() => branches(page), 1);
}

/** Where the layout draws a step: 14 px from the edge, six steps over the width. */
async function pointOf(page, step, of = 6) {
  await slider(page).scrollIntoViewIfNeeded();
  const { x, y, width, height } = await slider(page).boundingBox();
  return { x: x + 14 + (step * (width - 28)) / of, y: y + height / 2 };
}

walk("clicks and drags scrub the graph", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await threeSteps(page);
  assert.equal(await position(page), 3);
  const first = await pointOf(page, 1);
  await page.mouse.click(first.x, first.y);
  await eventually(() => position(page), 1);
  await expectCounts(page, "B102", {});
  assert.match(await slider(page).getAttribute("aria-valuetext"), /Step 1 of 3, 0:00:01: Stop B101; all active/);

  const [from, to] = [await pointOf(page, 1), await pointOf(page, 3)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  const middle = await pointOf(page, 2);
  await page.mouse.move(middle.x, middle.y, { steps: 4 });
  await eventually(() => position(page), 2, "a drag seeks at once");
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.move(to.x + 300, to.y + 200);
  await page.mouse.up();
  await eventually(() => position(page), 3);
  await expectCounts(page, "A103", { unavailable: 4096 });
  assert.equal(await branches(page), 0, "seeking makes no branch");
  assert.equal(await page.evaluate(() => getSelection().toString()), "", "no text was selected on the way");
  assert.deepEqual(complaints, []);
});

walk("the graph is a slider for the keyboard, and arrows go through the tabs", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await keyboard.crash("A102");
  await keyboard.start("A102");
  await expectCounts(page, "B102", {});
  await keyboard.tabTo(() => document.activeElement?.dataset.action === "scrub", "the graph");
  for (const [key, there] of [["ArrowLeft", 1], ["Home", 0], ["ArrowRight", 1], ["End", 2], ["PageDown", 0], ["PageUp", 2]]) {
    await keyboard.press(key);
    await eventually(() => position(page), there, key);
  }
  await keyboard.press("Home");
  await eventually(() => node(page, "A102").getAttribute("data-state"), "up");
  await keyboard.press("Shift+Tab");
  await eventually(() => page.evaluate(() => document.activeElement.dataset.tab), "timeline");
  for (const name of ["compare", "clients", "losses", "log", "timeline", "compare"]) {
    await keyboard.press("ArrowRight");
    await eventually(() => tab(page, name).getAttribute("aria-selected"), "true");
    await eventually(() => page.evaluate(() => document.activeElement.dataset.tab), name);
    assert.equal(await page.locator('[role="tab"][tabindex="0"]').count(), 1);
    assert.equal(await page.getByRole("tabpanel").getAttribute("aria-labelledby"), `tab-${name}`);
  }
  assert.deepEqual(complaints, []);
});

test("an undone ending is kept as a branch, and can be taken, pinned and deleted", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await twoWays(page);
  assert.match(await branchText(page), /Crash A102\s+instead of Finish migrations, at 0:00:03 · 1 step → 4,096 unavailable/);
  assert.match(await page.locator("[data-news]").innerText(), /kept as a branch/);
  await eventually(() => page.locator(".graph-branch").count(), 1);

  await action(page, "switch-branch").click();
  await expectCounts(page, "A103", { unavailable: 4096 });
  await eventually(() => branchText(page).then((text) => text.startsWith("Finish migrations")), true);

  await action(page, "pin").click();
  await eventually(() => action(page, "pin").getAttribute("aria-pressed"), "true");
  await action(page, "delete-branch").click();
  await eventually(() => branches(page), 0);
  assert.deepEqual(complaints, []);
});

walk("a branch is taken and deleted by keyboard only", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await keyboard.crash("A102");
  await keyboard.press("Control+z");
  await keyboard.stop("A101");
  await eventually(() => branches(page), 1);
  await keyboard.tabTo(() => document.activeElement?.dataset.action === "switch-branch", "a branch");
  await keyboard.press("Enter");
  await eventually(() => node(page, "A102").getAttribute("data-state"), "crashed");
  await keyboard.tabTo(() => document.activeElement?.dataset.action === "delete-branch", "delete");
  await keyboard.press("Enter");
  await eventually(() => branches(page), 0);
  assert.deepEqual(complaints, []);
});

test("two endings are compared, and a partition that differs can be selected", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await twoWays(page);
  await action(page, "compare-branch").click();
  await eventually(() => tab(page, "compare").getAttribute("aria-selected"), "true");
  await eventually(() => page.locator("[data-differ]").innerText(), "4,096 partitions differ");
  const row = page.locator(".compare-maps .reasons tbody tr");
  assert.match(await row.innerText(), /active → .*unavailable\s+4,096/s);
  const painted = (which) =>
    page.locator(`[data-compare="${which}"]`).evaluate((canvas) => {
      // Read a copy: the browser warns when the page's own canvas is read.
      const copy = Object.assign(document.createElement("canvas"), { width: 256, height: 256 });
      const context = copy.getContext("2d", { willReadFrequently: true });
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, 256, 256);
      return data.filter((_, at) => at % 4 === 3 && data[at] === 255).length;
    });
  await eventually(() => painted("differs"), 256 * 256);

  await page.locator('[data-action="compare-right"]').selectOption("start");
  await eventually(() => page.locator("[data-differ]").innerText(), "0 partitions differ");
  await eventually(() => painted("differs"), 0);
  assert.equal(await painted("left"), 256 * 256);

  await page.locator('[data-action="compare-right"]').selectOption({ index: 2 });
  await eventually(() => page.locator("[data-differ]").innerText(), "4,096 partitions differ");
  await page.locator('[data-compare="differs"]').click({ position: { x: 1, y: 1 } });
  const status = () => page.getByRole("status").innerText();
  await eventually(() => status().then((text) => text.startsWith("Partition 0:")), true);
  await page.locator('[data-compare="differs"]').focus();
  await page.keyboard.press("ArrowRight");
  await eventually(status, "Partition 1: active → unavailable.");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await eventually(status, "Partition 4095: active → unavailable.");
  await action(page, "show-difference").click();
  await eventually(() => status().then((text) => text.startsWith("Partition 0:")), true);
  assert.deepEqual(complaints, []);
});

test("speeds, one step of time, and the ticker's figures", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const speed = () => action(page, "speed").innerText();
  for (const shown of ["60×", "300×", "1000×", "1×"]) {
    await action(page, "speed").click();
    await eventually(speed, shown);
  }
  await action(page, "speed").click({ modifiers: ["Shift"] });
  await eventually(speed, "1000×");
  await node(page, "A102").focus();
  await page.keyboard.press("[");
  await eventually(speed, "300×");
  await page.keyboard.press("]");
  await eventually(speed, "1000×");

  assert.equal(await action(page, "step").getAttribute("aria-disabled"), "true", "nothing migrates");
  await node(page, "A102").click();
  await action(page, "stop").click();
  const ticker = () => page.locator("[data-ticker]").allInnerTexts();
  await eventually(async () => (await ticker()).length, 4);
  assert.match((await ticker())[0], /^B102\s*\{main\} migrations: remaining \(\d+,\d+,\d+\) active \([01],[01],0\) complete-pct 0\.00$/);
  const clock = () => page.locator(".clock").innerText();
  const before = await clock();
  await action(page, "step").click();
  await eventually(async () => (await clock()) !== before, true);
  const done = () => page.locator("[data-done]").innerText();
  const one = await done();
  assert.match(one, /^\d+\.\d\d %$/);
  assert.notEqual(one, "0.00 %");
  await node(page, "A102").focus();
  await page.keyboard.press(".");
  await eventually(async () => (await done()) !== one, true);
  await action(page, "play").click();
  await eventually(() => page.locator("[data-ticker]").count(), 0, "the ticker ends with the migrations");
  assert.deepEqual(complaints, []);
});

for (const width of [360, NARROW]) {
  walk(`at ${width} px the graph, the branches and the comparison fit`, async (t) => {
    const { page, complaints } = await openPage(t, { context: { viewport: { width, height: 640 } } });
    await twoWays(page);
    for (const name of ["timeline", "compare", "log"]) {
      await tab(page, name).click();
      await eventually(() => tab(page, name).getAttribute("aria-selected"), "true");
      const beyond = await page.evaluate(() =>
        [...document.querySelectorAll(".tab-panel *")]
          .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth)
          .map((element) => element.outerHTML.slice(0, 80)),
      );
      assert.deepEqual(beyond, [], name);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), name);
    }
    assert.deepEqual(complaints, []);
  });
}
