// The page attached to a server: `rosterlab serve --page`.

import assert from "node:assert/strict";
import { violations } from "./axe.mjs";
import { openBlankPage } from "./browser.mjs";
import { walk } from "./engines.mjs";
import { action, counts, eventually, expectCounts, node } from "./rosterlab.mjs";
import { serveCaseStudy } from "./served.mjs";

const WIDE = { viewport: { width: 1440, height: 940 } };
const part = (page, name) => page.locator(`.attached-${name}`);
const mode = (page) => page.locator("#attached").getAttribute("data-mode");
const stateOf = async (served, id) => (await served.state()).nodes.find((one) => one.id === id).state;
const crash = (page, id) => node(page, id).click().then(() => action(page, "crash").click());

async function attach(t, more = ["--speed", "20"], context = WIDE) {
  const opened = await openBlankPage(t, { context });
  // The page closes first, so the server's end is nothing to complain of.
  const served = await serveCaseStudy(t, more);
  await opened.page.goto(served.url);
  await opened.page.waitForSelector("#app h1");
  await eventually(() => mode(opened.page), "following");
  return { ...opened, served };
}

walk("what is done to the server's cluster is seen on the page", async (t) => {
  const { page, served, complaints } = await attach(t);
  await expectCounts(page, "B102", {});
  await served.does({ do: "stop", nodes: ["B101", "B102"] });
  await eventually(() => node(page, "B102").getAttribute("class").then((name) => /stopped/.test(name)), true);
  await served.does({ do: "crash", nodes: ["A102"] });
  const { unavailable } = (await served.state()).served.main;
  assert.ok(unavailable > 0);
  await expectCounts(page, "A103", { unavailable });
  assert.deepEqual(complaints, []);
});

walk("what is done on the page is done to the server's cluster, and time is the server's", async (t) => {
  const { page, served, complaints } = await attach(t, ["--speed", "1"]);
  await crash(page, "A102");
  await eventually(() => stateOf(served, "A102"), "down-unclean");
  // The nodes have not noticed yet, on the page neither.
  assert.ok((await served.state()).changing);
  await eventually(() => node(page, "A102").getAttribute("class").then((name) => /crashed/.test(name)), true);
  await eventually(async () => (await served.state()).changing, false);
  await eventually(async () => Object.keys(await counts(page)), ["B102"]);
  assert.equal(await action(page, "play").getAttribute("aria-disabled"), "true");
  await node(page, "A102").click();
  await action(page, "start").click();
  await eventually(() => stateOf(served, "A102"), "up");
  assert.equal(await mode(page), "following");
  assert.deepEqual(complaints, []);
});

walk("one can look at the past, and goes back to now", async (t) => {
  const { page, served } = await attach(t);
  await crash(page, "A102");
  await eventually(() => stateOf(served, "A102"), "down-unclean");
  await action(page, "undo").click();
  await eventually(() => mode(page), "past");
  // It happened; the page only looks back.
  assert.equal(await stateOf(served, "A102"), "down-unclean");
  await served.does({ do: "crash", nodes: ["A103"] });
  assert.equal(await mode(page), "past");
  // What is done in the past is not done.
  await crash(page, "A101");
  await eventually(() => mode(page), "following");
  assert.match(await part(page, "said").innerText(), /^Nothing can be done in the past/);
  assert.equal(await stateOf(served, "A101"), "up");
  await eventually(() => node(page, "A103").getAttribute("class").then((name) => /crashed/.test(name)), true);
  await action(page, "undo").click();
  await eventually(() => mode(page), "past");
  await part(page, "now").click();
  await eventually(() => mode(page), "following");
  await eventually(() => node(page, "A103").getAttribute("class").then((name) => /crashed/.test(name)), true);
  assert.equal(await page.evaluate(() => document.activeElement.id), "attached");
});

walk("another experiment leaves the server alone, and the way back is shown", async (t) => {
  const { page, served } = await attach(t);
  await action(page, "share").click();
  await action(page, "scenario").first().click();
  await eventually(() => mode(page), "other");
  assert.equal((await served.state()).served.main.active, 4096);
  await part(page, "now").click();
  await eventually(() => mode(page), "following");
});

walk("what clients are told is seen on the cards and in a table", async (t) => {
  const { page, served, complaints } = await attach(t);
  const badge = (id) => node(page, id).evaluate((card) => getComputedStyle(card, "::before").content);
  await eventually(async () => {
    await served.puts("A101", 40);
    return /^"[\d,]+\/s"$/.test(await badge("A101"));
  }, true);
  await served.does({ do: "crash", nodes: ["B101", "B102", "A102"] });
  const state = await served.state();
  assert.ok(state.served.main.unavailable > 0);
  await part(page, "clients").click();
  const rows = await page.locator("#attached-table tbody tr").allInnerTexts();
  const [, , , answered] = rows.map((row) => row.split("\t")).find(([first]) => first === "A101");
  assert.ok(Number(answered.replaceAll(",", "")) >= 40, rows.join("; "));
  assert.match(await part(page, "counts").innerText(), /requests a second/);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
});

walk("what is typed on the console is done to the server's cluster", async (t) => {
  const { page, served } = await attach(t);
  await action(page, "console").click();
  const field = page.locator(".console-field");
  await field.waitFor();
  await field.fill("ssh a102 pkill -KILL asd");
  await field.press("Enter");
  await eventually(() => stateOf(served, "A102"), "down-unclean");
  await eventually(() => node(page, "A102").getAttribute("class").then((name) => /crashed/.test(name)), true);
});

walk("a roster is staged and made valid line by line, and time is stepped on", async (t) => {
  const { page, served } = await attach(t, ["--speed", "1"]);
  await served.does({ do: "stop", nodes: ["B101"] });
  await action(page, "console").click();
  const field = page.locator(".console-field");
  await field.waitFor();
  for (const line of ["enable", "manage quiesce with a102", "manage quiesce undo with a102", "manage recluster"]) {
    await field.fill(line);
    await field.press("Enter");
    await eventually(() => field.inputValue(), "");
  }
  await eventually(async () => /Successfully started recluster/.test(await page.locator(".console-output").innerText()), true);
  assert.equal(await mode(page), "following");
  assert.equal(await part(page, "said").innerText(), "");
  const before = (await served.state()).timeMs;
  await action(page, "migrate").click();
  await eventually(async () => (await served.state()).migrating, false);
  assert.equal(await mode(page), "following");
  assert.ok((await served.state()).timeMs > before);
});

walk("after a reset the next action counts", async (t) => {
  const { page, served } = await attach(t);
  await fetch(new URL("reset", served.url), { method: "POST" });
  await crash(page, "A102");
  await eventually(() => stateOf(served, "A102"), "down-unclean");
  assert.equal(await mode(page), "following");
});

walk("a reset takes the page along, and a server that ends is said to be silent", async (t) => {
  const { page, served } = await attach(t);
  await crash(page, "A102");
  await eventually(() => stateOf(served, "A102"), "down-unclean");
  await page.evaluate(() => (globalThis.confirm = (question) => (globalThis.asked = question) !== ""));
  await part(page, "reset").click();
  assert.match(await page.evaluate(() => globalThis.asked), /^Set the cluster back to its start/);
  await eventually(() => stateOf(served, "A102"), "up");
  await eventually(() => node(page, "A102").getAttribute("class").then((name) => /crashed/.test(name)), false);
  await served.stop();
  await eventually(() => mode(page), "silent");
});
