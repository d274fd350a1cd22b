// Settings: namespaces, the server's profile, a new cluster. A refusal has a sentence, and nothing is lost.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { test, walk } from "./engines.mjs";
import { Keyboard, action, counts, eventually, expectCounts, focused, node } from "./rosterlab.mjs";

const WIDE = { context: { viewport: { width: 1440, height: 940 } } };

const field = (page, id) => page.locator(`#${id}`);
const sentence = (page, id) => page.locator(`#${id}-why`).innerText();
const news = (page) => page.locator("[data-news]").innerText();
const alert = (page) => page.getByRole("alert").innerText();
const namespaces = (page) =>
  page.locator('[data-count="active"]').evaluateAll((all) => all.map((count) => count.dataset.namespace));

test("by mouse: a namespace is added, the steps are replayed, and the former cluster can be restored", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "crash").click();
  await action(page, "settings").click();
  await eventually(() => page.evaluate(() => document.activeElement.id), "settings-title");
  await action(page, "add-namespace").click();
  await field(page, "ns-1-name").fill("cache");
  await field(page, "ns-1-mode").selectOption("ap");
  await action(page, "apply-settings").click();
  await eventually(() => namespaces(page), ["main", "cache"]);
  await eventually(() => focused(page), "settings");
  assert.match(await news(page), /^New settings, and 1 step done again\./);
  await eventually(() => node(page, "A102").getAttribute("data-state"), "crashed");

  await page.locator('[data-action="show-namespace"][data-show="cache"]').click();
  await page.locator('[data-map="cache"]').waitFor();
  // In AP nothing becomes unavailable: partitions that lose their data come up empty.
  await eventually(async () => /empty or unserved/.test(await page.locator(".margin-why").innerText()), true);

  await action(page, "settings").click();
  await action(page, "former-cluster").click();
  await eventually(() => namespaces(page), ["main"]);
  await page.locator('[data-map="main"]').waitFor();
  await eventually(() => node(page, "A102").getAttribute("data-state"), "crashed");
  assert.match(await news(page), /^The former cluster\./);
  assert.deepEqual(complaints, []);
});

test("each refused value has a sentence at its field, and nothing is applied", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "settings").click();
  for (const [id, value, said] of [
    ["ns-0-factor", "129", "A replication factor is 1 to 128, not “129”."],
    ["ns-0-name", "a b", 'A namespace\'s name is 1 to 31 bytes without any of ":;,= ", not “a b”.'],
    ["ns-0-devices", "0", "A namespace has 1 to 16 devices, not “0”."],
    ["rate", "fast", "A migration rate is 1 to 1000 partitions a second, not “fast”."],
    ["fill-delay", "-1", "Migrate-fill-delay is 0 to 86,400 whole seconds, not “-1”."],
    ["nodes", "129", "A cluster has 1 to 128 nodes, not “129”."],
    ["racks", "0", "That many nodes fit on 1 to 5 racks, not “0”."],
  ]) {
    const before = await field(page, id).inputValue();
    await field(page, id).fill(value);
    await eventually(async () => (await sentence(page, id)).includes(said), true, `${id}: ${value}`);
    assert.equal(await field(page, id).getAttribute("aria-invalid"), "true");
    assert.equal(await field(page, id).getAttribute("aria-describedby"), `${id}-why`);
    await action(page, ["nodes", "racks"].includes(id) ? "new-cluster" : "apply-settings").click();
    await eventually(async () => (await alert(page)).includes(said), true, id);
    assert.equal(await field(page, id).inputValue(), value, "the typed value stays");
    await field(page, id).fill(before);
    await eventually(() => field(page, id).getAttribute("aria-invalid"), null);
  }
  await expectCounts(page, "B102", {});
  assert.deepEqual(complaints, []);
});

test("the page names a step that the new settings rule out, and keeps the former cluster", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "crash").click();
  await action(page, "stage-observed").click();
  await action(page, "roster-confirm").click();
  await action(page, "recluster").click();
  await action(page, "settings").click();
  await field(page, "ns-0-name").fill("other");
  await action(page, "apply-settings").click();
  await eventually(() => namespaces(page), ["other"]);
  assert.match(await news(page), /Step 2, “Stage the observed nodes as the roster”, cannot be done with them: .*main/);
  await action(page, "settings").click();
  await action(page, "former-cluster").click();
  await eventually(() => page.locator(".step-title").first().innerText(), "Recluster");
  assert.deepEqual(complaints, []);
});

test("the profile decides when r is trusted", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "settings").click();
  await field(page, "profile").selectOption("6.0");
  const note = page.locator(".field-with-note .field-why");
  await eventually(async () => (await note.innerText()).includes("no version there has e"), true);
  await action(page, "apply-settings").click();
  await eventually(() => news(page).then((text) => text.split(".")[0]), "New settings");
  assert.deepEqual(complaints, []);
});

walk("by keyboard: a new cluster of 16 nodes on four racks, Escape closes", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  const to = (id) => keyboard.tabTo(`document.activeElement?.id === "${id}" || document.activeElement?.dataset.action === "${id}"`, id);
  await to("settings");
  await keyboard.press("Enter");
  await eventually(() => page.evaluate(() => document.activeElement.id), "settings-title");
  await keyboard.press("Escape");
  await eventually(() => focused(page), "settings");
  await eventually(() => page.locator(".settings").count(), 0);
  await keyboard.press("Enter");
  for (const [id, value] of [["nodes", "16"], ["racks", "4"]]) {
    await to(id);
    await keyboard.press("Control+a");
    for (const digit of value) await keyboard.press(digit);
  }
  await to("new-cluster");
  await keyboard.press("Enter");
  await eventually(() => page.locator("[data-node]").count(), 16);
  await eventually(() => page.locator("[data-rack]").count(), 4);
  await expectCounts(page, "D104", {});
  assert.match(await page.locator(".crumb").innerText(), /16 nodes on 4 racks/);
  await eventually(() => page.locator("[data-margin]").getAttribute("data-margin"), "1");
  assert.deepEqual(complaints, []);
});

test("a cluster of one node and one of 128 work, and more copies than nodes is warned of", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  for (const nodes of ["1", "128"]) {
    await action(page, "settings").click();
    await field(page, "racks").fill("1");
    await field(page, "nodes").fill(nodes);
    await action(page, "new-cluster").click();
    await eventually(() => page.locator("[data-node]").count(), Number(nodes));
  }
  assert.equal(Object.values(await counts(page))[0].active, 4096);
  // What a small card has no room for, its label has for screen readers and its tip for those who point.
  const card = page.locator("[data-node]").first();
  await card.hover();
  await eventually(() => card.getAttribute("title"), await card.getAttribute("aria-label"));
  assert.match(await card.getAttribute("title"), /^A101: up, rack 1, .*; main: storage in use, /);
  await action(page, "settings").click();
  await field(page, "nodes").fill("3");
  await action(page, "new-cluster").click();
  await eventually(() => page.locator("[data-node]").count(), 3);
  await card.hover();
  await eventually(() => card.getAttribute("title"), null);
  assert.equal(await card.getAttribute("aria-label"), null, "a card with room says all in its text");
  await action(page, "settings").click();
  await field(page, "ns-0-factor").fill("4");
  await eventually(async () => (await sentence(page, "ns-0-factor")).includes("rule 0"), true);
  await action(page, "apply-settings").click();
  await eventually(async () => Object.values(await counts(page))[0]?.active, 0);
  assert.deepEqual(complaints, []);
});

test("the newest settings: 7.1 with auto-revive, a tie-breaker, no roster yet", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "settings").click();
  assert.equal(await field(page, "ns-0-auto-revive").isDisabled(), true);
  assert.match(await sentence(page, "ns-0-auto-revive"), /from 7\.1/);
  assert.equal(await field(page, "ns-0-uniform").isChecked(), false);
  await field(page, "profile").selectOption("7.1");
  await eventually(() => field(page, "ns-0-auto-revive").isDisabled(), false);
  assert.equal(await field(page, "ns-0-uniform").isChecked(), true, "the default follows the profile");
  for (const [id, value, said] of [
    ["interval", "49", "A heartbeat interval is 50 to 600000 ms, not “49”."],
    ["timeout", "2", "A heartbeat timeout is 3 to 10000 intervals, not “2”."],
    ["min-size", "6", "Min-cluster-size is 1 to the number of nodes at the start, not “6”."],
    ["threads", "101", "Migrate-threads is 0 to 100, not “101”."],
    ["quiesced", "X1", '"X1" is no node id: one to sixteen hexadecimal digits, not all zero.'],
    ["nodes", "257", "A cluster has 1 to 256 nodes, not “257”."],
  ]) {
    const before = await field(page, id).inputValue();
    await field(page, id).fill(value);
    await eventually(() => sentence(page, id).then((text) => text.endsWith(said)), true, `${id}: ${value}`);
    await field(page, id).fill(before);
  }
  await field(page, "quiesced").fill("A101");
  await field(page, "ns-0-no-roster").check();
  await field(page, "ns-0-auto-revive").check();
  await action(page, "apply-settings").click();
  await expectCounts(page, "B102", { unavailable: 4096 }, "no roster yet");
  assert.match(await page.locator(".roster-hint").innerText(), /no roster yet: stage the observed nodes and recluster/);
  assert.match(await node(page, "A101").innerText(), /stays quiesced/);
  await node(page, "A101").click();
  assert.equal(await action(page, "quiesce-undo").getAttribute("aria-disabled"), "true");

  await action(page, "stage-observed").click();
  await action(page, "recluster").click();
  await expectCounts(page, "B102", {}, "the first roster makes it fresh");
  assert.equal(await page.locator('[data-fresh="4096"]').count(), 1);
  assert.match(await page.locator(".why .source").innerText(), /Counts: approximate/);
  assert.deepEqual(complaints, []);
});

walk("the name of a group stands below the line over the group", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "settings").click();
  const groups = page.locator("fieldset.settings-group");
  await groups.first().waitFor();
  for (const group of await groups.all()) {
    const [outer, legend, next] = await group.evaluate((element) =>
      [element, element.firstElementChild, element.children[1]].map((it) => it.getBoundingClientRect().toJSON()));
    // WebKit puts a legend on the border of its fieldset: a line that was the fieldset's would run through the name.
    assert.deepEqual([legend.top, legend.left, legend.width], [outer.top, outer.left, outer.width]);
    assert.ok(next.top > legend.bottom - 1, `fields begin at ${next.top}, the name ends at ${legend.bottom}`);
  }
  assert.deepEqual(complaints, []);
});
