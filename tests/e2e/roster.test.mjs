// The roster panel: the preview of an action, the question before a documented mistake, the roster editor, the commands of a
// real cluster. By mouse and by keyboard.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { cannot, test, walk } from "./engines.mjs";
import { Keyboard, Mouse, action, eventually, expectCounts, focused, link, node, pasted, rosters, typeInto } from "./rosterlab.mjs";

const WIDE = { context: { viewport: { width: 1440, height: 940 } } };
const RACK_A = ["A103@1", "A102@1", "A101@1"];
const ALL = ["B102@2", "B101@2", ...RACK_A];

const consequence = (page) => page.locator("[data-consequence]").innerText();
const command = (page, tool) => page.locator(`[data-command="${tool}"]`).innerText();
const warnings = (page) => page.locator(".question li").allInnerTexts();
const steps = (page) => page.locator(".steps .step-title").count().then((count) => count - 1);

async function stopRackB(page) {
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await expectCounts(page, "A103", {});
}

walk("pointing at an action previews it, and doing it has the previewed effect", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await stopRackB(page);
  await action(page, "crash").click();
  await expectCounts(page, "A103", { unavailable: 4096 });
  await action(page, "start").click();
  await action(page, "stage-observed").hover();
  await eventually(async () => /4,096 partitions become active; B102 and B101 leave the roster; .* regime/.test(await consequence(page)), true);
  assert.equal(await command(page, "asadm"), "manage roster stage observed ns main");
  assert.equal(await command(page, "asinfo"), "asinfo -v 'roster-set:namespace=main;nodes=A103@1,A102@1,A101@1'");
  await action(page, "revive").hover();
  await eventually(async () => /no partition changes; 4,096 stay inactive/.test(await consequence(page)), true);
  assert.equal(await command(page, "asinfo"), "asinfo -v 'revive:namespace=main'");
  await expectCounts(page, "A103", { unavailable: 4096 }, "nothing has been done yet");

  const mouse = new Mouse(page);
  await mouse.stage();
  await mouse.confirm();
  await eventually(async () => /^Recluster · .*4,096 partitions become active/.test(await consequence(page)), true, "the next step");
  assert.match(await page.locator(".roster-hint").innerText(), /staged, not in force/);
  await mouse.recluster();
  await expectCounts(page, "A103", {});
  assert.deepEqual(complaints, []);
});

walk("an action that comes to a still pointer, because the page scrolls, is previewed", { skip: cannot("a still pointer") }, async (t) => {
  const { page, complaints } = await openPage(t, { context: { viewport: { width: 1440, height: 500 } } });
  await stopRackB(page);
  await action(page, "revive").scrollIntoViewIfNeeded();
  const { x, y, width, height } = await action(page, "revive").boundingBox();
  const place = { x: x + width / 2, y: y + height / 2 };
  await page.evaluate(() => scrollBy(0, -120));
  await page.mouse.move(place.x, place.y);
  await page.evaluate(() => scrollBy(0, 120));
  await eventually(async () => /^Revive/.test(await consequence(page)), true);
  assert.deepEqual(complaints, []);
});

walk("by keyboard: focusing an action previews it, and Escape closes the question", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await stopRackB(page);
  const keyboard = new Keyboard(page);
  await keyboard.tabTo(() => document.activeElement?.dataset.action === "stage-observed", "stage observed");
  await eventually(async () => /B102 and B101 leave the roster/.test(await consequence(page)), true);
  await keyboard.press("Enter");
  await eventually(() => focused(page), "roster-cancel", "pressing Enter twice confirms nothing");
  const told = await warnings(page);
  assert.equal(told.length, 2);
  assert.match(told[0], /RF is 2.*documented/s);
  assert.match(told[1], /4,096 partitions are not done.*documented, seen in logs/s);
  await keyboard.press("Escape");
  await eventually(() => focused(page), "stage-observed");
  assert.equal(await page.locator(".question").count(), 0);
  assert.deepEqual((await rosters(page)).Pending, ALL);

  await keyboard.press("Enter");
  await keyboard.confirm();
  await eventually(async () => (await rosters(page)).Pending, RACK_A);
  await eventually(() => focused(page), "stage-observed", "the focus is where it was");
  await keyboard.go("A102");
  await keyboard.press("r");
  await eventually(async () => (await rosters(page)).Roster, RACK_A, "the page asks once for each roster");
  assert.deepEqual(complaints, []);
});

test("the panel says that an orphan can only be revived", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await link(page, "A101-A102").click();
  await page.locator('[data-orphan="A101"]').click();
  await eventually(() => page.locator(".roster-hint").innerText(), "an orphan accepts only revive");
  await eventually(() => action(page, "stage-observed").getAttribute("aria-disabled"), "true");
  await action(page, "revive").hover();
  await eventually(async () => /The orphan turns its e into r; it takes effect at the next change/.test(await consequence(page)), true);
  assert.equal(await action(page, "revive").getAttribute("aria-disabled"), null);
  await action(page, "revive").click();
  await eventually(async () => /A101: 4,096 versions of main, empty ones too, have r now/.test(await page.locator("[data-news]").innerText()), true);
  assert.deepEqual(complaints, []);
});

test("Cancel closes the question, and so does any other action", async (t) => {
  const { page } = await openPage(t, WIDE);
  await action(page, "revive").click();
  assert.match((await warnings(page))[0], /No partition is dead/);
  await action(page, "roster-cancel").click();
  await eventually(() => page.locator(".question").count(), 0);
  assert.equal(await steps(page), 0);
  await action(page, "revive").click();
  await page.locator(".question").waitFor();
  await action(page, "crash").click();
  await eventually(() => page.locator(".question").count(), 0);
  assert.equal(await steps(page), 1);
});

test("setting a roster on one side of a split asks first and names the other side's nodes", async (t) => {
  const { page } = await openPage(t, WIDE);
  await action(page, "split").click();
  await eventually(() => page.locator("[data-count]").count(), 6);
  await action(page, "stage-observed").click();
  await eventually(async () => (await warnings(page)).some((text) => /split, and B102 and B101 are up with data.*inferred/s.test(text)), true);
});

test("a roster is edited by clicks: a node removed, a rack changed, then set", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "edit-roster").click();
  const text = () => page.locator("#draft-text").inputValue();
  await eventually(text, ALL.join(","));
  await page.locator('[data-draft="B101"]').click();
  await eventually(text, "B102@2,A103@1,A102@1,A101@1");
  await eventually(async () => /B101 leaves the roster/.test(await consequence(page)), true);
  assert.equal(await command(page, "asadm"), "manage roster remove nodes B101@2 ns main");
  await typeInto(page.locator('[data-draft-rack="A103"]'), "3");
  await page.locator('[data-draft-rack="A103"]').press("Tab");
  await eventually(text, "B102@2,A103@3,A102@1,A101@1");
  await action(page, "set-roster").click();
  await action(page, "roster-confirm").click();
  await eventually(async () => (await rosters(page)).Pending, ["B102@2", "A103@3", "A102@1", "A101@1"]);
  assert.equal(await page.locator(".roster-editor").count(), 0);
  await action(page, "recluster").click();
  await eventually(async () => (await rosters(page)).Roster, ["B102@2", "A103@3", "A102@1", "A101@1"]);
  await expectCounts(page, "B102", {});
  assert.deepEqual(complaints, []);
});

walk("a roster is edited as text by keyboard; a mistake is reported with its place", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const keyboard = new Keyboard(page);
  await keyboard.tabTo(() => document.activeElement?.dataset.action === "edit-roster", "edit");
  await keyboard.press("Enter");
  await keyboard.tabTo(() => document.activeElement?.id === "draft-text", "the text");
  await page.keyboard.press("End");
  // Like the server, the editor takes ids that no node has, but no id twice.
  await page.keyboard.type(",A101");
  await eventually(() => page.locator("#draft-error").innerText(), "Entry 6: A101 is there twice.");
  await keyboard.press("Enter");
  await eventually(() => page.getByRole("alert").innerText(), "Not done. Entry 6: A101 is there twice.");
  assert.equal(await page.locator("#draft-text").inputValue(), `${ALL.join(",")},A101`, "nothing is lost");
  for (let letter = 0; letter < ",A101@1,A101".length; letter += 1) await keyboard.press("Backspace");
  await eventually(() => page.locator("#draft-text").inputValue(), "B102@2,B101@2,A103@1,A102@1");
  await keyboard.press("Enter");
  await eventually(async () => (await rosters(page)).Pending, ["B102@2", "B101@2", "A103@1", "A102@1"]);
  await eventually(() => focused(page), "edit-roster");
  assert.deepEqual(complaints, []);
});

test("Escape closes the roster editor and lets go of nothing else", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  const picked = () => page.locator(".node.picked").count();
  await node(page, "A101").click();
  await node(page, "B101").click({ modifiers: ["Control"] });
  await eventually(picked, 2);
  await action(page, "edit-roster").click();
  await page.locator("#draft-text").press("Escape");
  await eventually(() => page.locator(".roster-editor").count(), 0);
  assert.equal(await picked(), 2, "one press does one thing");
  await page.keyboard.press("Escape");
  await eventually(picked, 0);
  assert.deepEqual(complaints, []);
});

test("revive waits for a recluster and says so", async (t) => {
  const { page } = await openPage(t, WIDE);
  for (const lane of ["1", "2"]) {
    for (const id of lane === "1" ? ["A101", "A102", "A103"] : ["B101", "B102"]) {
      await node(page, id).click();
      await action(page, "crash").click();
    }
  }
  for (const lane of ["1", "2"]) await page.locator(`[data-rack="${lane}"] [data-action="start-rack"]`).click();
  await expectCounts(page, "B102", { dead: 4096 });
  await action(page, "revive").click();
  await eventually(() => page.locator(".roster-hint").innerText(), "revived, not in effect: recluster, or the next cluster change does it");
  await action(page, "recluster").click();
  await expectCounts(page, "B102", {});
  assert.equal(await page.locator(".roster-hint").innerText(), "all three agree");
});

walk("a command can be copied, and the page says so", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await action(page, "recluster").hover();
  await eventually(() => command(page, "asadm"), "manage recluster");
  await action(page, "copy-asadm").click();
  await eventually(() => page.getByRole("status").innerText(), "Copied.");
  await eventually(() => action(page, "copy-asadm").innerText(), "✓ Copied", "it is seen as well as heard");
  await action(page, "revive").hover();
  await eventually(() => action(page, "copy-asadm").innerText(), "Copy", "another command is not copied yet");
  assert.equal(await pasted(page), "manage recluster");
  assert.deepEqual(complaints, []);
});

test("an id that no node has is accepted, with a warning while typing and a question before it is set", async (t) => {
  const { page, complaints } = await openPage(t, { context: { viewport: { width: 1440, height: 940 } } });
  await action(page, "edit-roster").click();
  await page.locator("#draft-text").fill("A101@1,A102@1,A103@1,B101@2,B102@2,A1FF@2");
  const warning = /No node has the id A1FF\. The server takes it, and such a roster is never complete/;
  await eventually(async () => warning.test(await page.locator("#draft-error").innerText()), true);
  await action(page, "set-roster").click();
  await page.locator(".question").waitFor();
  assert.match(await page.locator("#question-text").innerText(), warning);
  await action(page, "roster-confirm").click();
  await eventually(async () => (await rosters(page)).Pending.includes("A1FF@2"), true);
  assert.deepEqual(complaints, []);
});

walk("one press stages and reclusters; staging only says that the margin takes it for granted", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await stopRackB(page);
  await action(page, "migrate").click();
  await action(page, "stage-observed").click();
  await action(page, "roster-confirm").click();
  await eventually(async () => (await rosters(page)).Pending, RACK_A);
  assert.deepEqual((await rosters(page)).Roster, ALL);
  await eventually(() => page.locator(".margin-assumed").first().innerText(), "Assumes the pending roster: the next cluster change brings it into force.");

  await node(page, "B101").click();
  await action(page, "start").click();
  await eventually(async () => (await rosters(page)).Observed.includes("B101@2"), true);
  assert.deepEqual((await rosters(page)).Roster, RACK_A, "the start was a cluster change");
  await action(page, "migrate").click();
  await action(page, "stage-and-recluster").hover();
  await eventually(() => command(page, "asadm"), "manage roster stage observed ns main\nmanage recluster");
  await action(page, "stage-and-recluster").click();
  await eventually(async () => (await rosters(page)).Roster, ["B101@2", ...RACK_A]);
  await eventually(() => page.locator(".margin-assumed").first().innerText(), "");
  await action(page, "undo").click();
  await eventually(async () => (await rosters(page)).Roster, RACK_A, "it was one step");
  assert.deepEqual((await rosters(page)).Pending, RACK_A);
  assert.deepEqual(complaints, []);
});

test("with no node up the panel shows what is on the drives, and offers no command", async (t) => {
  const { page, complaints } = await openPage(t, WIDE);
  await stopRackB(page);
  await action(page, "stage-observed").click();
  await action(page, "roster-confirm").click();
  await page.locator('[data-rack="1"] [data-action="stop-rack"]').click();
  await page.locator('[data-subcluster="none"]').first().waitFor();
  assert.deepEqual(await rosters(page), { Roster: ALL, Pending: RACK_A, Observed: [] });
  const panel = page.locator(".roster");
  assert.match(await panel.innerText(), /on A103, A102 and A101/);
  assert.match(await panel.locator(".roster-other").innerText(), /on B102 and B101\s+B102@2/);
  assert.equal(await page.locator(".roster-hint").innerText(), "no node is up: these are on the drives");
  for (const name of ["recluster", "revive", "stage-observed", "stage-and-recluster"]) {
    await action(page, name).hover();
    await eventually(async () => /Not now: .* There is no command to copy\.$/.test(await consequence(page)), true, name);
    assert.equal(await page.locator("[data-command]").count(), 0, name);
  }
  assert.deepEqual(complaints, []);
});
