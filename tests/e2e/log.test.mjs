// The server's log: of one node or all, of all steps or the last one, and copying it.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { test, walk } from "./engines.mjs";
import { Keyboard, action, eventually, node, pasted } from "./rosterlab.mjs";

const WIDE = { viewport: { width: 1440, height: 940 } };
const lines = (page) => page.locator(".log-lines li").allInnerTexts();
const status = (page) => page.getByRole("status").innerText();

async function open(t) {
  const opened = await openPage(t, { context: WIDE });
  await opened.page.locator('[data-tab="log"]').click();
  await opened.page.locator(".log").waitFor();
  return opened;
}

test("the log shows the server's lines: of all nodes or one, of all steps or the last", async (t) => {
  const { page, complaints } = await open(t);
  assert.deepEqual(await lines(page), []);
  await node(page, "A102").click();
  await action(page, "stop").click();
  await eventually(async () => (await lines(page)).length > 0, true);
  const [first, second] = await lines(page);
  assert.match(first, /^A102\s*Jan 01 2019 00:00:00 GMT: INFO \(as\): finished clean shutdown - exiting$/);
  assert.match(second, /^B102\s*Jan 01 2019 00:00:01 GMT: INFO \(clustering\): \(clustering\.c:5795\) applied new cluster key [0-9a-f]+$/);
  assert.ok((await lines(page)).some((line) => /4 of 5 nodes participating - regime \d+ -> \d+$/.test(line)));

  await action(page, "migrate").click();
  await eventually(async () => (await lines(page)).at(-1).endsWith("{main} migrations: complete"), true);
  assert.ok((await lines(page)).some((line) => /\(ticker\.c:454\) \{main\} migrations: remaining/.test(line)));

  await action(page, "log-node").selectOption("A102");
  await eventually(async () => (await lines(page)).length, 1);
  assert.match((await lines(page))[0], /^Jan 01 2019/);
  await action(page, "log-node").selectOption("A101");
  await action(page, "log-steps").selectOption("step");
  await eventually(async () => (await lines(page)).every((line) => line.includes("migrations:")), true);

  await action(page, "undo").click();
  await eventually(async () => (await lines(page)).some((line) => line.includes("applied cluster size 4")), true);
  assert.deepEqual(complaints, []);
});

test("only the last lines are shown until a person asks for more", async (t) => {
  const { page, complaints } = await open(t);
  for (let time = 0; time < 9; time += 1) await action(page, "recluster").click();
  await eventually(async () => (await lines(page)).length, 200);
  await action(page, "log-more").click();
  await eventually(async () => (await lines(page)).length > 200, true);
  await eventually(() => action(page, "log-more").count(), 0);
  assert.deepEqual(complaints, []);
});

walk("the shown lines are copied where the browser allows it", async (t) => {
  const { page, complaints } = await open(t);
  await action(page, "crash").click();
  await eventually(async () => (await lines(page)).length > 0, true);
  const shown = (await lines(page)).length;
  await action(page, "copy-log").click();
  await eventually(() => status(page), `Copied ${shown} lines of the log.`);
  const copied = await pasted(page);
  assert.equal(copied.trimEnd().split("\n").length, shown);
  assert.match(copied, /^B102 {2}Jan 01 2019 00:00:01 GMT: INFO/);
  assert.deepEqual(complaints, []);
});

walk("where the browser forbids copying, the lines are selected and the page says so", async (t) => {
  const opened = await openPage(t, { context: WIDE });
  const { page, complaints, url } = opened;
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, "clipboard", { get: () => undefined });
  });
  await page.goto(url);
  await page.locator('[data-tab="log"]').click();
  await action(page, "crash").click();
  await action(page, "copy-log").click();
  await eventually(async () => (await status(page)).startsWith("The browser does not let this page copy"), true);
  assert.match(await page.evaluate(() => window.getSelection().toString()), /clustering\.c:5795/);
  assert.deepEqual(complaints, []);
});

walk("the log is opened, filtered and copied by keyboard only", async (t) => {
  const { page, complaints } = await openPage(t, { context: WIDE });
  const keyboard = new Keyboard(page);
  await keyboard.crash("A102");
  await keyboard.tabTo(() => document.activeElement?.role === "tab", "a tab");
  await keyboard.press("End");
  await page.locator(".log").waitFor();
  await keyboard.tabTo(() => document.activeElement?.dataset.action === "log-node", "the choice of a node");
  await keyboard.press("ArrowDown");
  await eventually(() => page.locator(".log-node").count(), 0, "one node's log names no nodes");
  await keyboard.tabTo(() => document.activeElement?.dataset.action === "copy-log", "copy");
  await keyboard.press("Enter");
  await eventually(async () => (await status(page)).startsWith("Copied"), true);
  assert.deepEqual(complaints, []);
});
