// Simulated time: it stands still at first, runs while it plays and something migrates, and ticks at no other moment.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openBlankPage } from "./browser.mjs";
import { action, eventually } from "./rosterlab.mjs";

/** Opens the page with its timers counted. */
async function openCounted(t) {
  const opened = await openBlankPage(t, { context: { viewport: { width: 1440, height: 940 } } });
  await opened.page.addInitScript(() => {
    const live = new Set();
    const [set, clear] = [window.setInterval, window.clearInterval];
    window.setInterval = (...args) => {
      const id = set(...args);
      live.add(id);
      return id;
    };
    window.clearInterval = (id) => {
      live.delete(id);
      clear(id);
    };
    window.liveTimers = () => live.size;
    window.frames_asked = 0;
    const ask = window.requestAnimationFrame;
    window.requestAnimationFrame = (f) => {
      window.frames_asked += 1;
      return ask(f);
    };
  });
  await opened.page.goto(opened.url);
  await opened.page.waitForSelector("#app h1");
  return opened;
}

const timers = (page) => page.evaluate(() => window.liveTimers());
const clock = (page) => page.locator(".clock").innerText();
const filling = (page) =>
  page.locator(".legend li").nth(1).locator("b").innerText().then((text) => Number(text.replace(",", "")));

test("time stands still until it plays, and stops ticking when all is migrated", async (t) => {
  const { page, complaints } = await openCounted(t);
  assert.equal(await timers(page), 0, "nothing ticks at first");
  await action(page, "crash").click();
  await eventually(() => filling(page), 1381);
  const held = await clock(page);
  assert.equal(await timers(page), 0, "nothing ticks while time is held");
  assert.equal(await clock(page), held);

  await action(page, "speed").click();
  await eventually(() => action(page, "speed").innerText(), "60×");
  await action(page, "play").click();
  await eventually(() => timers(page), 1);
  await eventually(() => filling(page), 0);
  await eventually(() => timers(page), 0, "nothing ticks when nothing moves");
  assert.notEqual(await clock(page), held);
  const told = await page.locator("[data-news]").innerText();
  assert.match(told, /migrations of main in sub-cluster B102 are done/);
  assert.equal(await page.evaluate(() => window.frames_asked), 0, "nothing asks for frames");
  assert.deepEqual(complaints, []);
});

test("time can be held in the middle and all of it undone at once", async (t) => {
  const { page, complaints } = await openCounted(t);
  await action(page, "crash").click();
  await action(page, "play").click();
  await eventually(async () => (await filling(page)) < 1381, true);
  await action(page, "play").click();
  await eventually(() => timers(page), 0);
  const left = await filling(page);
  assert.ok(left > 0 && left < 1381, `${left} are left`);
  await action(page, "undo").click();
  await eventually(() => filling(page), 1381);
  assert.deepEqual(complaints, []);
});
