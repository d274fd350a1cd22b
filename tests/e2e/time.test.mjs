// Simulated time: it stands still at first, runs while it plays and something migrates, and ticks at no other moment.
//
// The test drives the page's timers itself, so nothing depends on how fast the machine is.

import assert from "node:assert/strict";
import { openBlankPage } from "./browser.mjs";
import { test } from "./engines.mjs";
import { action, eventually, node } from "./rosterlab.mjs";

/** Opens the page with repeating timers that only `tick` drives, and with its requests for frames counted. */
async function openWithTimers(t, options = {}) {
  const context = { viewport: { width: 1440, height: 940 }, ...options };
  const opened = await openBlankPage(t, { context });
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

/** Lets a rolling restart that plays go on to its end. */
async function playOut(page) {
  const isPlaying = async () => (await action(page, "restart").innerText()).startsWith("Stop restart");
  await eventually(isPlaying, true);
  for (let ticks = 0; ticks < 300 && (await isPlaying()); ticks += 1) await tick(page, 1);
}

test("a rolling restart plays itself, is one step, can be stopped, and halts before something is lost", async (t) => {
  const { page, complaints } = await openWithTimers(t, { reducedMotion: "reduce" });
  const news = () => page.locator("[data-news]").innerText();
  const begins = (words) => eventually(async () => (await news()).slice(0, words.length), words);
  const steps = () => page.locator(".step-title").count();
  const before = await steps();
  await action(page, "speed").click();
  await node(page, "A101").click();
  await node(page, "B101").click({ modifiers: ["Control"] });
  await action(page, "restart").click();
  await playOut(page);
  await begins("Rolling restart done; A101 and B101 were restarted. main: all active");
  assert.equal(await steps(), before + 1);
  assert.equal(await page.locator(".step-title").first().innerText(), "Rolling restart of A101 and B101");
  await action(page, "undo").click();
  await eventually(steps, before, "one undo takes all of it back");
  // By keyboard, and stopped.
  await node(page, "A101").click();
  await page.keyboard.press("g");
  await eventually(async () => (await action(page, "restart").innerText()).startsWith("Stop restart"), true);
  await tick(page, 2);
  await page.keyboard.press("Escape");
  await begins("Rolling restart stopped; no node was restarted.");
  await action(page, "undo").click();
  // With B101 down, some partitions have their last roster-replica on A101.
  await node(page, "B101").click();
  await action(page, "stop").click();
  await action(page, "migrate").click();
  await eventually(() => action(page, "restart").getAttribute("aria-disabled"), "true");
  assert.match(await action(page, "restart").getAttribute("title"), /not now: B101 is in no cluster/);
  await node(page, "A101").click();
  await action(page, "restart").click();
  await playOut(page);
  await begins("Rolling restart halted before A101 stops: ");
  assert.match(await news(), /partitions of main would be served by nobody[^]*Now B101 is down, A101 is quiesced/);
  assert.deepEqual(complaints, []);
});
