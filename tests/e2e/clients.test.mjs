// The client strip: one record is written and read on every side of a split, in SC and in AP beside it. By mouse and by keyboard.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { test, walk } from "./engines.mjs";
import { Keyboard, action, eventually, node, openTab } from "./rosterlab.mjs";

const WIDE = { context: { viewport: { width: 1440, height: 940 } } };

/** Acts with clicks only. */
class Clicks {
  constructor(page) {
    this.page = page;
  }
  open = () => openTab(this.page, "clients");
  press = (name) => action(this.page, name).click();
  ask = (name, side) => this.page.locator(`[data-action="${name}"][data-side="${side}"]`).click();
  choose = (mode) => this.page.locator(`[data-mode="${mode}"]`).click();
}

/** Acts with Tab, arrows and Enter only. */
class Keys {
  constructor(page) {
    this.page = page;
    this.keyboard = new Keyboard(page);
  }

  open = () => this.keyboard.openTab("clients");

  /** Goes up to what comes before: `tabTo` says why no way leads round the page's end. */
  async to(selector) {
    for (let stop = 0; stop < 150; stop += 1) {
      const key = await this.page.evaluate((s) => {
        const { activeElement: here } = document;
        if (here.matches(s)) return null;
        const place = here.compareDocumentPosition(document.querySelector(s) ?? here);
        return place & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab";
      }, selector);
      if (key === null) return;
      await this.keyboard.press(key);
    }
    assert.fail(`no tab stop is ${selector}`);
  }

  async press(name) {
    const key = { heal: "h", split: "x", migrate: "f" }[name];
    if (key) {
      await this.keyboard.go("A102", "Shift+Tab");
      return this.keyboard.press(key);
    }
    await this.to(`[data-action="${name}"]`);
    await this.keyboard.press("Enter");
  }

  async ask(name, side) {
    await this.to(`[data-action="${name}"][data-side="${side}"]`);
    await this.keyboard.press("Enter");
  }

  async choose(mode) {
    await this.to("[data-mode]:checked");
    // At its end WebKit stays, where the others begin anew.
    for (const key of ["ArrowRight", "ArrowLeft"]) {
      for (let step = 0; step < 4; step += 1) {
        if (await this.page.evaluate((m) => document.activeElement.dataset.mode === m, mode)) return;
        await this.keyboard.press(key);
      }
    }
    assert.fail(`arrows do not lead to ${mode}`);
  }
}

/** The latest answer to the client on a side, in a namespace. */
async function latest(page, side, namespace = "main") {
  const heard = page.locator(`section.side[aria-label="Client on ${side}’s side"] [data-heard="${namespace}"] .answer`);
  return (await heard.count()) === 0 ? null : (await heard.first().innerText()).replaceAll("\n", " ").trim();
}

const lost = (page, namespace) => page.locator(`[data-lost="${namespace}"]`).innerText();

for (const [way, Hand, that] of [["clicks", Clicks, test], ["keyboard", Keys, walk]]) {
  that(`by ${way}: the minority gets error 11, and a stale answer if it allows one`, async (t) => {
    const { page, complaints } = await openPage(t, WIDE);
    const hand = new Hand(page);
    await hand.open();
    await hand.ask("client-write", "B102");
    await eventually(() => latest(page, "B102"), "✓ write value 1: success");
    await hand.press("split");
    await eventually(() => page.locator("section.side").count(), 2);
    await hand.ask("client-write", "A103");
    await eventually(() => latest(page, "A103"), "✓ write value 2: success");
    await hand.ask("client-write", "B102");
    await eventually(() => latest(page, "B102"), "✕ write value 3: error 11, PARTITION_UNAVAILABLE");
    await hand.choose("linearize");
    await hand.ask("client-read", "A103");
    await eventually(() => latest(page, "A103"), "✓ read, linearize: value 2");
    await hand.choose("allow-unavailable");
    await hand.ask("client-read", "B102");
    await eventually(() => latest(page, "B102"), "↶ read, allow-unavailable: value 1, stale: 1 acknowledged write later");
    await hand.choose("allow-replica");
    await hand.ask("client-read", "B102");
    await eventually(() => latest(page, "B102"), "✕ read, allow-replica: error 11, PARTITION_UNAVAILABLE");
    assert.equal(await lost(page, "main"), "0");
    assert.match(await page.locator('[data-truth="main"]').innerText(), /last acknowledged: value 2/);
    assert.deepEqual(complaints, []);
  });

  that(`by ${way}: in AP both sides accept writes and healing loses one; in SC none is lost`, async (t) => {
    const { page, complaints } = await openPage(t, WIDE);
    const hand = new Hand(page);
    await hand.open();
    await hand.press("split");
    await eventually(() => page.locator("section.side").count(), 2);
    await hand.press("beside");
    await eventually(() => page.locator("[data-truth]").count(), 2);
    await eventually(() => action(page, "beside").count(), 0);
    await hand.ask("client-write", "A103");
    await hand.ask("client-write", "B102");
    await eventually(() => latest(page, "A103", "main"), "✓ write value 1: success");
    await eventually(() => latest(page, "B102", "main"), "✕ write value 2: error 11, PARTITION_UNAVAILABLE");
    await eventually(() => latest(page, "A103", "ap"), "✓ write value 1: success");
    await eventually(() => latest(page, "B102", "ap"), "✓ write value 2: success");
    await hand.press("heal");
    await eventually(() => page.locator("section.side").count(), 1);
    await hand.press("migrate");
    await eventually(() => lost(page, "ap"), "1");
    assert.equal(await lost(page, "main"), "0");
    await hand.ask("client-read", "B102");
    await eventually(async () => /read, session: value/.test(await latest(page, "B102", "ap")), true);
    assert.deepEqual(complaints, []);
  });

  that(`by ${way}: a write through a master that has just been cut off is in doubt`, async (t) => {
    const { page, complaints } = await openPage(t, WIDE);
    const hand = new Hand(page);
    await hand.open();
    await hand.press("client-cut");
    await eventually(() => page.locator("section.side").count(), 2);
    await eventually(() => page.locator(".answer").allInnerTexts().then((all) => all.map((text) => text.replaceAll("\n", " ").trim())), [
      "? write value 1: timeout, in doubt",
    ]);
    assert.match(await page.locator('[data-truth="main"]').innerText(), /last acknowledged: none yet/);
    assert.deepEqual(complaints, []);
  });
}

test("another key is another record, and its partition can be shown", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await openTab(page, "clients");
  await action(page, "client-write").click();
  await eventually(() => page.locator(".answer").count(), 1);
  await page.locator("#client-key").fill("1");
  await eventually(() => action(page, "client-partition").innerText(), "partition 1207", "demo / 1 as a whole number");
  await eventually(() => page.locator(".answer").count(), 0);
  await action(page, "client-partition").click();
  await eventually(() => page.locator("#partition").inputValue(), "1207");
  await page.locator("#client-key").fill("user-42");
  await eventually(() => page.locator(".answer").count(), 1);
  assert.deepEqual(complaints, []);
});

test("with no node up, no client reaches anything, and the strip says so", async (t) => {
  const { page } = await openPage(t, WIDE);
  await openTab(page, "clients");
  for (const rack of ["1", "2"]) await page.locator(`[data-rack="${rack}"] [data-action="stop-rack"]`).click();
  await eventually(async () => (await page.locator(".clients").innerText()).includes("No node is up"), true);
  await action(page, "client-cut").focus();
  await page.keyboard.press("Enter");
  await eventually(() => page.getByRole("alert").innerText(), "Not done. The record's partition has no master here.");
  assert.equal(await node(page, "A101").getAttribute("data-state"), "stopped");
});
