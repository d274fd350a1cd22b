// Simulated time: it stands still at first, runs while it plays and something migrates, and ticks at no other moment.
//
// The test drives the page's timers itself, so nothing depends on how fast the machine is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openBlankPage } from "./browser.mjs";
import { action, eventually } from "./rosterlab.mjs";

/** Opens the page with repeating timers that only `tick` drives, and with its requests for frames counted. */
async function openWithTimers(t) {
  const opened = await openBlankPage(t, { context: { viewport: { width: 1440, height: 940 } } });
  await opened.page.addInitScript(() => {
    const live = new Map();
    let last = 0;
    window.setInterval = (heard) => {
      last += 1;
      live.set(last, heard);
      return last;
    };
    window.clearInterval = (id) => live.delete(id);
    window.liveTimers = () => live.size;
    window.tick = () => [...live.values()].forEach((heard) => heard());
    window.framesAsked = 0;
    const ask = window.requestAnimationFrame;
    window.requestAnimationFrame = (heard) => {
      window.framesAsked += 1;
      return ask(heard);
    };
  });
  await opened.page.goto(opened.url);
  await opened.page.waitForSelector("#app h1");
  return opened;
}

const timers = (page) => page.evaluate(() => window.liveTimers());
/** Lets every timer tick so often, one tick after the other. */
async function tick(page, times) {
  for (let done = 0; done < times; done += 1) await page.evaluate(() => window.tick());
}
const clock = (page) => page.locator(".clock").innerText();
const filling = (page) =>
  page.locator(".legend li").nth(1).locator("b").innerText().then((text) => Number(text.replace(",", "")));

test("time stands still until it plays, and stops ticking when all migrations are done", async (t) => {
  const { page, complaints } = await openWithTimers(t);
  assert.equal(await timers(page), 0, "nothing ticks at first");
  await action(page, "crash").click();
  await eventually(() => filling(page), 1381);
  const paused = await clock(page);
  assert.equal(await timers(page), 0, "nothing ticks while time is paused");
  assert.equal(await clock(page), paused);

  await action(page, "speed").click();
  await eventually(() => action(page, "speed").innerText(), "60×");
  await action(page, "play").click();
  await eventually(() => timers(page), 1);
  for (let ticks = 0; ticks < 100 && (await timers(page)) > 0; ticks += 1) await tick(page, 1);
  await eventually(() => filling(page), 0);
  await eventually(() => timers(page), 0, "nothing ticks when nothing moves");
  assert.notEqual(await clock(page), paused);
  const news = await page.locator("[data-news]").innerText();
  assert.match(news, /migrations of main in sub-cluster B102 are done/);
  assert.equal(await page.evaluate(() => window.framesAsked), 0, "nothing asks for frames");
  assert.deepEqual(complaints, []);
});

test("time can be paused half-way, and one undo takes all of it back", async (t) => {
  const { page, complaints } = await openWithTimers(t);
  await action(page, "crash").click();
  await action(page, "play").click();
  await eventually(() => timers(page), 1);
  await tick(page, 5);
  await eventually(async () => (await filling(page)) < 1381, true);
  await action(page, "play").click();
  await eventually(() => timers(page), 0);
  const left = await filling(page);
  assert.ok(left > 0 && left < 1381, `${left} are left`);
  await action(page, "undo").click();
  await eventually(() => filling(page), 1381);
  assert.deepEqual(complaints, []);
});
