// Several nodes at once: select them, fence them, crash them together. Racks and nodes are added and removed; quiesce and
// wipe. Each by mouse, by single clicks instead of a drag, and by keyboard only.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { Finger, cannot, test, walk } from "./engines.mjs";
import { Keyboard, action, counts, eventually, focused, node, rack } from "./rosterlab.mjs";

const WIDE = { context: { viewport: { width: 1440, height: 940 } } };
const PHONE = { context: { viewport: { width: 360, height: 640 }, hasTouch: true } };

const state = (page, id) => node(page, id).getAttribute("data-state");
const fenced = (page) => page.locator("[data-fenced]");

/** The selected nodes. */
const picked = (page) =>
  page.locator(".node.picked").evaluateAll((cards) => cards.map((card) => card.dataset.node).sort());

/** Presses a button, even one that is marked as disabled. */
const pressed = (page, name) => action(page, name).click({ force: true });

/** The title of the latest step in the history. */
const lastStep = (page) => page.locator(".step-title").first().innerText();

/** A rectangle around cards, with a margin. */
async function around(page, ids, by = 10) {
  const boxes = await Promise.all(ids.map((id) => node(page, id).boundingBox()));
  return {
    left: Math.min(...boxes.map((box) => box.x)) - by,
    top: Math.min(...boxes.map((box) => box.y)) - by,
    right: Math.max(...boxes.map((box) => box.x + box.width)) + by,
    bottom: Math.max(...boxes.map((box) => box.y + box.height)) + by,
  };
}

/** Draws a fence around cards, from their lower right, where nothing else is. */
async function fence(page, ids, { release = true } = {}) {
  const { left, top, right, bottom } = await around(page, ids);
  await page.mouse.move(right, bottom);
  await page.mouse.down();
  await page.mouse.move(left, top, { steps: 8 });
  if (release) await page.mouse.up();
}

walk("a fence around two cards cuts them off, crashes them or stops them, in one command", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await fence(page, ["B101", "B102"]);
  await eventually(() => fenced(page).innerText(), "B101 and B102");
  assert.deepEqual(await picked(page), ["B101", "B102"]);
  await action(page, "fence-cut").focus();
  await page.keyboard.press("Enter");
  await eventually(async () => Object.keys(await counts(page)).sort(), ["A103", "B102"]);
  assert.equal(await fenced(page).count(), 0, "the bar closes with the action");
  await eventually(() => focused(page), "B101", "the focus moves to a card that was in it");

  await action(page, "undo").click();
  await eventually(async () => Object.keys(await counts(page)), ["B102"]);
  await fence(page, ["B101", "B102"]);
  await action(page, "fence-crash").click();
  await eventually(() => lastStep(page), "Crash B101 and B102");
  assert.deepEqual([await state(page, "B101"), await state(page, "B102")], ["crashed", "crashed"]);

  await action(page, "undo").click();
  await eventually(() => state(page, "B101"), "up");
  await fence(page, ["B101", "B102"]);
  await action(page, "fence-stop").click();
  await eventually(() => lastStep(page), "Stop B101 and B102");
  assert.deepEqual(complaints, []);
});

walk("a finger draws a fence that it begins sideways; up and down, it scrolls the page", { skip: cannot("touch") }, async (t) => {
  const { page, complaints } = await openPage(t, { context: { ...WIDE.context, hasTouch: true } });
  const { left, top, right, bottom } = await around(page, ["B101", "B102"]);
  const finger = new Finger(page);
  await finger.down(right, bottom);
  for (let x = right; x > left; x -= 20) await finger.move(x, bottom);
  for (let y = bottom; y > top; y -= 20) await finger.move(left, y);
  await finger.move(left, top);
  await finger.up();
  await eventually(() => fenced(page).innerText(), "B101 and B102");
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.deepEqual(complaints, []);
});

walk("Escape cancels a fence while it is drawn, and its bar cancels it afterwards", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await fence(page, ["B101"], { release: false });
  await page.locator(".fence").waitFor();
  await page.keyboard.press("Escape");
  await eventually(() => page.locator(".fence").count(), 0);
  await page.mouse.up();
  assert.equal(await fenced(page).count(), 0);
  await fence(page, ["B101"]);
  await action(page, "fence-cancel").click();
  await eventually(() => page.locator(".fence").count(), 0);
  assert.deepEqual(await picked(page), []);
  assert.equal(await page.locator(".step").count(), 1, "nothing was done");
  assert.deepEqual(complaints, []);
});

const SELECTIONS = {
  "with Ctrl and Shift held": async (page) => {
    await node(page, "A101").click();
    await node(page, "A103").click({ modifiers: ["Control"] });
    await node(page, "B101").click({ modifiers: ["Shift"] });
  },
  "by single clicks alone": async (page) => {
    await node(page, "A101").click();
    await action(page, "select-more").click();
    await node(page, "A103").click();
    await node(page, "B101").click();
  },
  "by keyboard": async (page) => {
    const keyboard = new Keyboard(page);
    await keyboard.on("A101", "Control+Space");
    await keyboard.on("A103", "Control+Space");
    await keyboard.on("B101", "Shift+Enter");
  },
};

for (const [way, select] of Object.entries(SELECTIONS)) {
  (way.startsWith("with") ? walk : test)(`nodes selected ${way} lose power together and start again together`, async (t) => {
    const { page, complaints } = await openPage(t, WIDE);
    await select(page);
    await eventually(() => picked(page), ["A101", "A103", "B101"]);
    await eventually(() => page.locator("[data-selection]").getAttribute("data-selection"), "3");
    const byKeys = way === "by keyboard";
    await (byKeys ? page.keyboard.press("c") : action(page, "crash").click());
    await eventually(() => lastStep(page), "Crash A101, A103 and B101");
    await eventually(async () => (await counts(page)).B102?.unavailable > 0, true);
    await (byKeys ? page.keyboard.press("t") : action(page, "start").click());
    await eventually(() => state(page, "A103"), "up");
    await page.keyboard.press("Escape");
    await eventually(() => picked(page), []);
    assert.deepEqual(complaints, []);
  });

  test(`nodes selected ${way} are isolated from all others`, async (t) => {
    const { page, complaints } = await openPage(t, WIDE);
    await select(page);
    await eventually(() => picked(page), ["A101", "A103", "B101"]);
    await (way === "by keyboard" ? page.keyboard.press("i") : action(page, "isolate").click());
    await eventually(async () => Object.keys(await counts(page)).sort(), ["B101", "B102"]);
    assert.equal(await page.locator('[data-link][data-state="cut"]').count(), 6);
    assert.deepEqual(complaints, []);
  });
}

walk("on a phone, taps select more nodes while that mode is on", { skip: cannot("touch") }, async (t) => {
  const { page, complaints } = await openPage(t, PHONE);
  const finger = new Finger(page);
  await finger.tap(page.locator(".more-tools > summary"));
  await finger.tap(action(page, "select-more"));
  await finger.tap(page.locator(".more-tools > summary"));
  await finger.tap(node(page, "B102"));
  await eventually(() => picked(page), ["A102", "B102"]);
  await finger.tap(action(page, "stop"));
  await eventually(() => lastStep(page), "Stop A102 and B102");
  assert.deepEqual(complaints, []);
});

const ADDS = {
  "by mouse": async (page, id) => {
    await rack(page, 1).locator('[data-action="add-node"]').click();
    const field = page.locator('[data-field="node-id"]');
    assert.equal(await field.inputValue(), "A104");
    if (id !== undefined) await field.fill(id);
    await pressed(page, "add");
  },
  "by keyboard": async (page, id) => {
    const keyboard = new Keyboard(page);
    await keyboard.on("A101", "n");
    await eventually(() => page.evaluate(() => document.activeElement.dataset.field), "node-id");
    if (id !== undefined) {
      await keyboard.press("Control+a");
      for (const digit of id) await keyboard.press(digit);
    }
    await keyboard.press("Enter");
  },
};

for (const [way, add] of Object.entries(ADDS)) {
  test(`a node is added ${way}, brand-new, and removed when it is down`, async (t) => {
    const { page, complaints } = await openPage(t, WIDE);
    await add(page);
    await rack(page, 1).locator('[data-node="A104"]').waitFor();
    await eventually(() => focused(page), "A104");
    assert.match(await node(page, "A104").innerText(), /brand-new, in no roster/);
    const press = async (name, key) => {
      if (way === "by keyboard") await page.keyboard.press(key);
      else await pressed(page, name);
    };
    await press("remove", "d");
    await eventually(() => page.getByRole("alert").first().innerText(), "Not done. Node A104 is up.");
    await press("stop", "s");
    await eventually(() => state(page, "A104"), "stopped");
    await press("remove", "d");
    await eventually(() => node(page, "A104").count(), 0);
    await eventually(async () => (await focused(page))?.length, 4, "the focus moves to another card");
    assert.deepEqual(complaints, []);
  });

  test(`an id that is taken is refused with a sentence, ${way}`, async (t) => {
    const { page, complaints } = await openPage(t, WIDE);
    await add(page, "B101");
    await eventually(() => page.locator("#adding-why").innerText(), "A node B101 is there already.");
    assert.equal(await page.locator(".step").count(), 1, "nothing was done");
    await page.keyboard.press("Escape");
    await eventually(() => page.locator("#adding-why").count(), 0);
    await eventually(() => focused(page), "add-node");
    assert.deepEqual(complaints, []);
  });
}

const PRESSES = {
  "by mouse": (page, name) => action(page, name).click(),
  "by keyboard": async (page, name) => {
    await new Keyboard(page).tabTo(
      `document.activeElement?.dataset?.action === ${JSON.stringify(name)}`,
      name,
    );
    await page.keyboard.press("Enter");
  },
};

for (const [way, press] of Object.entries(PRESSES)) {
  test(`a rack is added, used, emptied and removed ${way}`, async (t) => {
    const { page, complaints } = await openPage(t, WIDE);
    await node(page, "A102").focus();
    await press(page, "add-rack");
    await rack(page, 3).waitFor();
    assert.equal(await page.locator(".step").count(), 1, "an empty lane is not part of the cluster");
    await node(page, "A102").focus();
    await page.keyboard.press("m");
    await page.keyboard.press("3");
    await page.keyboard.press("Enter");
    await rack(page, 3).locator('[data-node="A102"]').waitFor();
    await page.keyboard.press("m");
    await page.keyboard.press("1");
    await page.keyboard.press("Enter");
    await rack(page, 1).locator('[data-node="A102"]').waitFor();
    await press(page, "remove-rack");
    await eventually(() => rack(page, 3).count(), 0);
    assert.deepEqual(complaints, []);
  });
}

walk("a card can be dragged to the empty lane of a new rack", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "add-rack").click();
  await rack(page, 3).waitFor();
  const card = await node(page, "B102").boundingBox();
  const lane = await rack(page, 3).boundingBox();
  await page.mouse.move(card.x + 60, card.y + 60);
  await page.mouse.down();
  await page.mouse.move(lane.x + lane.width / 2, lane.y + lane.height / 2, { steps: 8 });
  await page.mouse.up();
  await rack(page, 3).locator('[data-node="B102"]').waitFor();
  assert.match(await node(page, "B102").innerText(), /rack 3 after roster-set \+ recluster/);
  assert.deepEqual(complaints, []);
});

for (const way of ["by mouse", "by keyboard"]) {
  test(`quiesce, its undo and wipe ${way}; a refusal says why`, async (t) => {
    const { page, complaints } = await openPage(t, WIDE);
    await new Keyboard(page).go("A103");
    const press = (name, key) =>
      way === "by keyboard" ? page.keyboard.press(key) : pressed(page, name);
    const face = () => node(page, "A103").innerText();
    const refusal = () => page.getByRole("alert").first().innerText();
    await press("quiesce", "q");
    await eventually(async () => /quiesces at next change/.test(await face()), true);
    await press("quiesce", "q");
    await eventually(refusal, "Not done. Node A103 is told to quiesce already.");
    await press("recluster", "r");
    await eventually(async () => /quiesced/.test(await face()), true);
    await new Keyboard(page).go("A103");
    await press("quiesce-undo", "u");
    await eventually(async () => /quiesced until next change/.test(await face()), true);
    await press("wipe", "w");
    await eventually(refusal, "Not done. Node A103 is up.");
    await press("stop", "s");
    await eventually(() => state(page, "A103"), "stopped");
    await press("wipe", "w");
    await eventually(async () => /returns with e/.test(await face()), true);
    assert.deepEqual(complaints, []);
  });
}

test("each sub-cluster has a labelled hull on every lane", async (t) => {
  const { page } = await openPage(t, WIDE);
  await eventually(() => page.locator(".hull-fill").count(), 2);
  await action(page, "split").click();
  await eventually(() => page.locator(".hull-fill.sub-1").count(), 1);
  const labels = await page.locator(".hull-label").allTextContents();
  assert.deepEqual(labels.map((label) => label.replace(/ ·.*/, "")).sort(), ["sub-cluster A103", "sub-cluster B102"]);
});

test("with eight nodes, links are bundled by rack and cut as a bundle, or singly for the selected node", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  for (const id of ["A104", "A105", "A106"]) {
    await rack(page, 1).locator('[data-action="add-node"]').click();
    await eventually(() => page.locator('[data-field="node-id"]').inputValue(), id);
    await action(page, "add").click();
    await node(page, id).waitFor();
  }
  const bundle = page.locator('[data-bundle="1-2"]');
  const told = () => page.locator("[data-bundles]").innerText();
  await bundle.click();
  await eventually(() => bundle.getAttribute("data-state"), "cut");
  await eventually(told, "Racks 1–2: 12 of 12 cut");
  await bundle.focus();
  await page.keyboard.press("Enter");
  await eventually(() => bundle.getAttribute("data-state"), "connected");

  const keyboard = new Keyboard(page);
  await node(page, "A102").focus();
  await keyboard.press("l");
  await eventually(() => focused(page), "A101-A102");
  assert.equal(await page.locator("[data-link]").count(), 7);
  await keyboard.press("End");
  await eventually(() => focused(page), "A102-B102");
  await keyboard.press("Enter");
  await eventually(() => bundle.getAttribute("data-cut"), "1");
  await eventually(told, "Racks 1–2: 1 of 12 cut");
  await page.locator('[data-bundle="1-1"]').click();
  await eventually(told, "Within rack 1: 15 of 15 cut · Racks 1–2: 1 of 12 cut");
  assert.deepEqual(complaints, []);
});
