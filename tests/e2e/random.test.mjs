// A seeded random user of the page itself: 2,000 presses of whatever is there, by pointer events and keys. After each, what is
// shown has to hold: counts that add up, no partition served twice, no panic, nothing on the console.
//
// ROSTERLAB_SEED tries another user, ROSTERLAB_ACTIONS another number of actions.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./browser.mjs";

const SEED = Number(process.env.ROSTERLAB_SEED ?? 20261122);
const ACTIONS = Number(process.env.ROSTERLAB_ACTIONS ?? 2000);
/** So many actions are done in one go, so that the browser is not asked 2,000 times. */
const ROUND = 100;

/** Runs in the page: does so many actions and says what was wrong after one, or null. */
async function play({ seed, from, count }) {
  // SplitMix32: the same numbers for the same seed.
  let state = (seed + from * 0x9e3779b9) >>> 0;
  const below = (limit) => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) % limit;
  };
  const drawn = () =>
    new Promise((resolve) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = resolve;
      setTimeout(() => channel.port2.postMessage(null), 0);
    });
  // What opens a window of the browser's own, or leaves the page.
  const NOT = '[data-action="open-file"], [data-action="save"], [data-action="copy-link"], [data-action="theme"]';
  const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Enter", "Escape", "Home", "End", "PageUp", "s", "c", "t", "q", "w", "x", "h", "o", "r", "v", "f", "?"];
  const press = (element, key, ctrlKey = false) =>
    element.dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true }));

  const wrong = () => {
    if (document.querySelector(".crash")) return "the page failed";
    const sums = {};
    const active = {};
    for (const cell of document.querySelectorAll("[data-count]")) {
      const { subcluster, namespace, count } = cell.dataset;
      const number = Number(cell.textContent);
      if (!Number.isInteger(number) || number < 0) return `${count} of ${subcluster} is ${cell.textContent}`;
      const key = `${subcluster} ${namespace}`;
      sums[key] = (sums[key] ?? 0) + number;
      if (count === "active") active[namespace] = (active[namespace] ?? 0) + number;
    }
    for (const [key, sum] of Object.entries(sums)) if (sum !== 4096) return `${key} has ${sum} partitions`;
    if (Object.keys(sums).length === 0) return "no counts are shown";
    const legend = [...document.querySelectorAll(".map-panel .reasons .n")].map((cell) => Number(cell.textContent.replace(/\D/g, "")));
    const shown = legend.reduce((sum, number) => sum + (number || 0), 0);
    if (shown !== 4096) return `the reasons are of ${shown} partitions`;
    if (document.querySelectorAll("[data-node]").length === 0) return "there is no card";
    return null;
  };

  for (let step = from; step < from + count; step += 1) {
    const kind = below(10);
    let told;
    if (kind < 6) {
      const buttons = [...document.querySelectorAll("button[data-action]:not([disabled])")].filter((b) => !b.matches(NOT));
      const button = buttons[below(buttons.length)];
      told = `click ${button.dataset.action} ${JSON.stringify(button.dataset)}`;
      button.click();
    } else if (kind < 7) {
      const links = [...document.querySelectorAll("[data-link]")];
      const link = links[below(links.length || 1)];
      told = `click the link ${link?.dataset.link}`;
      link?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    } else if (kind < 9) {
      const cards = [...document.querySelectorAll("[data-node]")];
      const card = cards[below(cards.length)];
      const key = KEYS[below(KEYS.length)];
      told = `${key} on ${card.dataset.node}`;
      card.focus();
      press(card, key, below(12) === 0);
    } else {
      const key = KEYS[below(KEYS.length)];
      told = `${key} on the page`;
      press(document.activeElement ?? document.body, key);
    }
    await drawn();
    const found = wrong();
    if (found) return `action ${step}, ${told}: ${found}`;
  }
  return null;
}

test(`a random user of ${ACTIONS} actions, seed ${SEED}`, async (t) => {
  const { page, complaints } = await openPage(t, { context: { viewport: { width: 1440, height: 940 } } });
  for (let from = 0; from < ACTIONS; from += ROUND) {
    const count = Math.min(ROUND, ACTIONS - from);
    const found = await page.evaluate(play, { seed: SEED, from, count });
    assert.equal(found, null, `seed ${SEED}, at ${page.url()}`);
    assert.deepEqual(complaints, [], `seed ${SEED}, until action ${from + count}, at ${page.url()}`);
  }
  const steps = await page.locator("[data-action=scrub]").count();
  assert.ok(steps <= 1);
  assert.match(page.url(), /#s1=/, "the user did something");
});
