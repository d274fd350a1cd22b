// A seeded random user of the page: 2,000 clicks and keys on whatever is there, half of them beside Chromium. After each, the page must be consistent: the
// counts add up, nothing panics, and the console stays empty.
//
// ROSTERLAB_SEED sets another seed, ROSTERLAB_ACTIONS another number of actions.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { ENGINE, test } from "./engines.mjs";

const SEED = Number(process.env.ROSTERLAB_SEED ?? 20261122);
// WebKit without a GPU draws for 100 ms after an action.
const ACTIONS = Number(process.env.ROSTERLAB_ACTIONS ?? (ENGINE === "chromium" ? 2000 : 1000));
/** Actions for each call into the browser, because 2,000 calls would take long. */
const ROUND = 100;

/** Runs in the page: does `count` actions. Says what was wrong after one, or gives null. */
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
  // Controls that open a window of the browser or leave the page.
  const NOT = '[data-action="open-file"], [data-action="own"], [data-action="own-cluster"], [data-action="save"], [data-action="copy-link"], [data-action="theme"]';
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
    if (shown !== 4096) return `the reasons add up to ${shown} partitions`;
    if (document.querySelectorAll("[data-node]").length === 0) return "there is no card";
    return null;
  };

  for (let step = from; step < from + count; step += 1) {
    const kind = below(10);
    let deed;
    if (kind < 6) {
      const buttons = [...document.querySelectorAll("button[data-action]:not([disabled])")].filter((b) => !b.matches(NOT));
      const button = buttons[below(buttons.length)];
      deed = `click ${button.dataset.action} ${JSON.stringify(button.dataset)}`;
      button.click();
    } else if (kind < 7) {
      const links = [...document.querySelectorAll("[data-link]")];
      const link = links[below(links.length || 1)];
      deed = `click the link ${link?.dataset.link}`;
      link?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    } else if (kind < 9) {
      const cards = [...document.querySelectorAll("[data-node]")];
      const card = cards[below(cards.length)];
      const key = KEYS[below(KEYS.length)];
      deed = `${key} on ${card.dataset.node}`;
      card.focus();
      press(card, key, below(12) === 0);
    } else {
      const key = KEYS[below(KEYS.length)];
      deed = `${key} on the page`;
      press(document.activeElement ?? document.body, key);
    }
    await drawn();
    const found = wrong();
    if (found) return `action ${step}, ${deed}: ${found}`;
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
  assert.match(page.url(), /#s1=/, "the user has done something");
});
