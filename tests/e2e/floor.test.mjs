// Move cards, cut and restore links, form sub-clusters: each by mouse, by single clicks instead of a drag, and by keyboard.

import assert from "node:assert/strict";
import { openBlankPage, openPage } from "./browser.mjs";
import { Finger, cannot, test, walk } from "./engines.mjs";
import {
  Keyboard,
  Mouse,
  action,
  counts,
  eventually,
  focused,
  link,
  node,
  rack,
  rosters,
} from "./rosterlab.mjs";

const WIDE = { context: { viewport: { width: 1440, height: 940 } } };
const PHONE = { context: { viewport: { width: 360, height: 640 }, hasTouch: true } };

const MOVES = {
  "by drag": (page) => new Mouse(page).drag("A103", 2),
  "by single clicks": async (page) => {
    await node(page, "A103").click();
    await page.locator('[data-action="move"][data-to-rack="2"]').click();
  },
  "by keyboard, picked up and carried by an arrow": async (page) => {
    const keyboard = new Keyboard(page);
    await keyboard.on("A103", "m");
    await keyboard.press("ArrowRight");
    await keyboard.press("Enter");
  },
  "by keyboard, picked up and carried by a number": async (page) => {
    const keyboard = new Keyboard(page);
    await keyboard.on("A103", "m");
    await keyboard.press("2");
    await keyboard.press("Enter");
  },
  "by keyboard, at once": (page) => new Keyboard(page).on("A103", "Control+ArrowRight"),
};

for (const [way, move] of Object.entries(MOVES)) {
  const run = ["by drag", "by keyboard, picked up and carried by an arrow"].includes(way) ? walk : test;
  run(`a card moves to another rack ${way} and keeps the focus; the roster follows after roster-set and recluster`, async (t) => {
    const { page, complaints } = await openPage(t, WIDE);
    await move(page);
    await rack(page, 2).locator('[data-node="A103"]').waitFor();
    await eventually(() => focused(page), "A103");
    const before = ["B102@2", "B101@2", "A103@1", "A102@1", "A101@1"];
    const after = ["B102@2", "B101@2", "A103@2", "A102@1", "A101@1"];
    await eventually(() => rosters(page), { Roster: before, Pending: before, Observed: after });
    const face = await node(page, "A103").innerText();
    assert.match(face, /rack 2 after roster-set \+ recluster/);
    await action(page, "stage-observed").click();
    await eventually(() => rosters(page), { Roster: before, Pending: after, Observed: after });
    await action(page, "recluster").click();
    await eventually(() => rosters(page), { Roster: after, Pending: after, Observed: after });
    assert.equal(await page.evaluate(() => getSelection().toString()), "", "no text was selected on the way");
    assert.deepEqual(complaints, []);
  });
}

walk("a card moves by touch on its grip, and the page does not scroll", { skip: cannot("touch") }, async (t) => {
  const { page, complaints } = await openPage(t, PHONE);
  // Below the verdict, which stays in view, and with the other lane in view too.
  await node(page, "A103").evaluate((card) => scrollBy(0, card.getBoundingClientRect().top - 110));
  const grip = await node(page, "A103").locator(".grip").boundingBox();
  const lane = await rack(page, 2).boundingBox();
  const scrolled = await page.evaluate(() => scrollY);
  const finger = new Finger(page);
  const x = grip.x + grip.width / 2;
  await finger.drag({ x, y: grip.y + grip.height / 2 }, { x, y: lane.y + 60 }, { release: false });
  await eventually(() => page.locator(".lane.target").count(), 1);
  assert.equal(await page.evaluate(() => scrollY), scrolled);
  await finger.up();
  await rack(page, 2).locator('[data-node="A103"]').waitFor();
  assert.deepEqual(complaints, []);
});

walk("Escape cancels a drag, and a drop outside all lanes moves nothing", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const mouse = new Mouse(page);
  await mouse.drag("A103", 2, { release: false });
  await eventually(() => page.locator(".lane.target").getAttribute("data-rack"), "2");
  await page.keyboard.press("Escape");
  await eventually(() => page.locator(".lane.target").count(), 0);
  await page.mouse.up();
  await node(page, "A103").hover();
  await page.mouse.down();
  await page.mouse.move(700, 12, { steps: 5 });
  await page.mouse.up();
  assert.equal(await rack(page, 1).locator('[data-node="A103"]').count(), 1);
  assert.equal(await page.locator(".step").count(), 1, "nothing was done");
  assert.deepEqual(complaints, []);
});

test("Escape cancels a move by keys", async (t) => {
  const { page } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await keyboard.on("A103", "m");
  await keyboard.press("ArrowRight");
  await eventually(() => page.locator(".lane.target").count(), 1);
  await keyboard.press("Escape");
  await eventually(() => page.locator(".lane.target").count(), 0);
  await keyboard.press("Enter");
  assert.equal(await rack(page, 1).locator('[data-node="A103"]').count(), 1);
});

test("Escape on a link goes back to a card and keeps the selection", async (t) => {
  const { page } = await openPage(t, WIDE);
  const picked = () => page.locator(".node.picked").count();
  await node(page, "A101").click();
  await node(page, "B101").click({ modifiers: ["Control"] });
  await eventually(picked, 2);
  await link(page, "A101-B101").focus();
  await page.keyboard.press("Escape");
  await eventually(async () => (await focused(page))?.length, 4);
  assert.equal(await picked(), 2, "one press does one thing");
});

walk("a link is cut and restored by a click on it and by a click on its line", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const state = () => link(page, "A101-B101").getAttribute("data-state");
  await link(page, "A101-B101").click();
  await eventually(state, "cut");
  await link(page, "A101-B101").click();
  await eventually(state, "connected");

  // A point near the card, where no other line or handle is.
  const near = await page.evaluate(() => {
    const [x, y, width, height] = ((r) => [r.x, r.y, r.width, r.height])(
      document.querySelector('[data-link="A101-B101"]').getBoundingClientRect(),
    );
    const middle = [x + width / 2, y + height / 2];
    for (const path of document.querySelectorAll(".line-reach")) {
      const screen = path.getScreenCTM();
      const at = (length) => path.getPointAtLength(length).matrixTransform(screen);
      const half = path.getTotalLength() / 2;
      const off = Math.hypot(at(half).x - middle[0], at(half).y - middle[1]);
      if (off < 40) return ((p) => [p.x, p.y])(at(24));
    }
    return null;
  });
  await page.mouse.click(...near);
  await eventually(() => page.locator('[data-state="cut"]').count(), 1);
  assert.deepEqual(complaints, []);
});

walk("a link is cut and restored by keyboard, and arrows go from link to link", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await keyboard.on("A102", "l");
  await eventually(() => focused(page), "A101-A102");
  await keyboard.press("ArrowRight");
  const reached = await focused(page);
  assert.notEqual(reached, "A101-A102");
  await keyboard.press("Enter");
  await eventually(() => link(page, reached).getAttribute("data-state"), "cut");
  assert.equal(await focused(page), reached);
  await keyboard.press("Enter");
  await eventually(() => link(page, reached).getAttribute("data-state"), "connected");
  await keyboard.press("Escape");
  await eventually(async () => (await focused(page))?.length, 4, "Escape goes back to a card");
  assert.deepEqual(complaints, []);
});

test("all links together are one tab stop", async (t) => {
  const { page } = await openPage(t, WIDE);
  const stops = await page.locator('[data-link][tabindex="0"]').count();
  assert.equal(stops, 1);
  assert.equal(await page.locator('[data-node][tabindex="0"]').count(), 1);
});

walk("isolate, split by rack and heal", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await node(page, "A103").click();
  await action(page, "isolate").click();
  await eventually(async () => Object.keys(await counts(page)).sort(), ["A103", "B102"]);
  await action(page, "heal").click();
  await eventually(async () => Object.keys(await counts(page)), ["B102"]);
  await action(page, "migrate").click();
  await action(page, "split").click();
  await eventually(() => counts(page), {
    B102: { active: 0, unavailable: 4096, dead: 0 },
    A103: { active: 4096, unavailable: 0, dead: 0 },
  });
  // The map shows the side that serves until a person chooses the other.
  assert.match(await page.locator("#map-title").innerText(), /in sub-cluster A103/);
  await page.locator('[data-action="show-sub-cluster"]').first().click();
  await eventually(() => page.locator("#map-title").innerText(), "4,096 partitions of main in sub-cluster B102");
  await eventually(async () => (await rosters(page)).Observed, ["B102@2", "B101@2"]);
  await action(page, "recluster").click();
  assert.match(await page.locator(".step-title").first().innerText(), /Recluster on B102/);
  assert.deepEqual(complaints, []);
});

test("undo and redo, by button and by key", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const state = () => node(page, "A102").getAttribute("data-state");
  await action(page, "crash").click();
  await eventually(state, "crashed");
  await action(page, "undo").click();
  await eventually(state, "up");
  await action(page, "redo").click();
  await eventually(state, "crashed");
  await page.keyboard.press("Control+z");
  await eventually(state, "up");
  await page.keyboard.press("Control+Shift+Z");
  await eventually(state, "crashed");
  assert.deepEqual(complaints, []);
});

test("a card shows state, principal, copies, clean-shutdown mark and roster", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const face = async (id) => (await node(page, id).innerText()).replace(/\s+/g, " ");
  const parts = ["B102", "principal", "master", "full", "subset", "empty e", "in use"];
  for (const part of parts) assert.ok((await face("B102")).includes(part), part);
  assert.match(await face("A102"), /with B102/);
  await action(page, "crash").click();
  await eventually(async () => /✕ crashed.*returns with e/.test(await face("A102")), true);
  await action(page, "undo").click();
  await action(page, "stop").click();
  await eventually(async () => /stopped clean.*☑ flushed/.test(await face("A102")), true);
  await action(page, "stage-observed").click();
  await action(page, "roster-confirm").click();
  await action(page, "recluster").click();
  await eventually(async () => /not in the roster/.test(await face("A102")), true);
  assert.deepEqual(complaints, []);
});

test("a click on a lane, its name or a link draws no fence", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await rack(page, 1).locator("h3").click();
  await link(page, "A101-B101").click();
  await eventually(() => link(page, "A101-B101").getAttribute("data-state"), "cut");
  const lane = await rack(page, 2).boundingBox();
  await page.mouse.click(lane.x + lane.width / 2, lane.y + lane.height - 20);
  assert.equal(await page.locator(".fence").count(), 0);
  assert.equal(await page.locator(".node.picked").count(), 0);
  assert.deepEqual(complaints, []);
});

test("one cut link makes one node an orphan, not a sub-cluster of one", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await link(page, "A101-A102").click();
  await eventually(() => node(page, "A101").getAttribute("data-state"), "orphan");
  assert.match(await node(page, "A101").innerText(), /⊘ orphan/);
  assert.equal(await page.locator("[data-node] .badge-orphan").count(), 1);
  assert.deepEqual(Object.keys(await counts(page)), ["B102"]);
  assert.equal(await action(page, "show-sub-cluster").count(), 1);
  assert.equal(await page.locator(".hull-label").count(), 2, "one a lane, of the one sub-cluster");
  assert.match(
    await page.locator("[data-news]").innerText(),
    /The principal B102, the highest id, decided: A101 left, .*A101 is an orphan\. It serves nothing/,
  );
  assert.match(await page.locator("[data-orphans]").innerText(), /Orphan\s*A101: a client that asks there finds all 4,096 unavailable/);

  // The orphan's own view, opened by keyboard like every button.
  await page.locator('[data-orphan="A101"]').focus();
  await page.keyboard.press("Enter");
  await eventually(async () => (await page.locator("canvas[data-map]").getAttribute("aria-label")).includes("0 active, 4,096 unavailable"), true);
  assert.match(await page.locator(".why").innerText(), /on A101: an orphan, the node is in no cluster/);
  await action(page, "show-sub-cluster").click();
  await eventually(async () => (await page.locator("canvas[data-map]").getAttribute("aria-label")).includes("4,096 active, 0 unavailable"), true);

  await link(page, "A101-A102").click();
  await eventually(() => node(page, "A101").getAttribute("data-state"), "up");
  assert.equal(await page.locator("[data-orphans]").count(), 0);
  assert.deepEqual(complaints, []);
});

walk("when the focused element disappears, the focus moves to its neighbour", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const chips = () => page.evaluate(() => document.activeElement.closest(".sub-clusters") !== null || document.activeElement.dataset.orphan);
  await link(page, "A101-A102").click();
  await page.locator('[data-orphan="A101"]').focus();
  await page.keyboard.press("Control+z");
  await eventually(() => page.locator('[data-orphan="A101"]').count(), 0);
  await eventually(async () => [null, "BODY"].includes(await page.evaluate(() => document.activeElement.tagName)), false);
  assert.ok(await chips(), await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)));
  assert.deepEqual(complaints, []);
});

test("when clustering never settles, the page shows a state and says so", async (t) => {
  const { page, url, complaints } = await openPage(t, WIDE);
  await page.goto(`${url}#s1=0.2.0-0_a.n2S-main_0-A100~3.-A105~4_s4_s8367201_k0.4_k0.6_k1.7_k2.0_k2.6_k3.8_k6.1_k6.4_k8.2`);
  await node(page, "A106").waitFor();
  await action(page, "start-rack").click();
  const told = /clustering never settles: A109, A108, A107 and A106 would go on joining and leaving clusters/;
  await eventually(async () => told.test(await page.locator("[data-news]").innerText()), true);
  assert.equal(await node(page, "A109").getAttribute("data-state"), "up");
  assert.deepEqual(complaints, []);
});

walk("a key acts on the card that it is pressed on, also where no event told of the focus", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await node(page, "A102").click();
  const press = (card) => card.dispatchEvent(new KeyboardEvent("keydown", { key: "c", bubbles: true, cancelable: true }));
  await node(page, "B101").evaluate(press);
  await eventually(() => node(page, "B101").getAttribute("data-state"), "crashed");
  assert.equal(await node(page, "A102").getAttribute("data-state"), "up");
  assert.deepEqual(complaints, []);
});

walk("cards are in their places, and all below them too, from the first frame on", async (t) => {
  const { page, url, complaints } = await openBlankPage(t, WIDE);
  await page.addInitScript(() => {
    window.frames = [];
    const look = () => {
      const cards = [...document.querySelectorAll("[data-node]")];
      const more = document.querySelector('[data-action="losses"]');
      if (cards.length > 0 && more) {
        const unplaced = cards.filter((card) => card.style.left === "").length;
        window.frames.push(`${unplaced} unplaced, what is below at ${Math.round(more.getBoundingClientRect().top)}`);
      }
      if (window.frames.length < 20) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(url);
  await eventually(() => page.evaluate(() => window.frames.length), 20);
  assert.equal(await page.evaluate(() => [...new Set(window.frames)].length), 1, `${await page.evaluate(() => window.frames)}`);
  assert.match(await page.evaluate(() => window.frames[0]), /^0 unplaced/);
  assert.deepEqual(complaints, []);
});

test("a node is added as a tie-breaker that stays quiesced", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await rack(page, 2).locator('[data-action="add-node"]').click();
  await page.locator('[data-field="stay-quiesced"]').check();
  await action(page, "add").click();
  await eventually(async () => /stays quiesced/.test(await node(page, "B103").textContent()), true);
  assert.deepEqual(complaints, []);
});

test("links that are cut already cannot be cut again", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "split").click();
  await eventually(() => action(page, "split").getAttribute("aria-disabled"), "true");
  assert.match(await action(page, "split").getAttribute("title"), /cut already/);
  assert.deepEqual(complaints, []);
});
