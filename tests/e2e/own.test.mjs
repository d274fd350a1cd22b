// Your own cluster: what a person has of it, brought by pasting, dropping and opening.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { violations } from "./axe.mjs";
import { openPage } from "./browser.mjs";
import { cannot, test, walk } from "./engines.mjs";
import { action, eventually, node } from "./rosterlab.mjs";

const WIDE = { viewport: { width: 1440, height: 940 } };

/** What `show roster` of asadm prints, as it is copied from a terminal. */
const ROSTER = `Admin> show roster
~~~~~~~~~~~~~~~~~~~~~~~~~~~~Roster (2026-11-03 09:12:44 UTC)~~~~~~~~~~~~~~~~~~~~~~~~~~~~
          Node| Node ID|Namespace|          Current|          Pending|         Observed
              |        |         |           Roster|           Roster|            Nodes
db1.local:3000| BB9010A|     main| BB9030A,BB9020A,| BB9030A,BB9020A,| BB9030A,BB9020A,
              |        |         |          BB9010A|          BB9010A|          BB9010A
db2.local:3000| BB9020A|     main| BB9030A,BB9020A,| BB9030A,BB9020A,| BB9030A,BB9020A,
              |        |         |          BB9010A|          BB9010A|          BB9010A
db3.local:3000|*BB9030A|     main| BB9030A,BB9020A,| BB9030A,BB9020A,| BB9030A,BB9020A,
              |        |         |          BB9010A|          BB9010A|          BB9010A
Number of rows: 3
Admin>`;

const asinfo = (roster) =>
  `$ asinfo -v 'roster:namespace=main'\nroster=${roster}:pending_roster=${roster}:observed_nodes=${roster}\n`;

const dialog = (page) => page.locator("#own");
const made = (page) => page.locator(".own-made").innerText();

async function open(t, context = WIDE) {
  const opened = await openPage(t, { context });
  await action(opened.page, "own-cluster").click();
  await field(opened.page).waitFor();
  return opened;
}

const field = (page) => page.locator("#own-text");

async function paste(page, text) {
  await field(page).fill(text);
  await action(page, "own-read").click();
}

walk("what a terminal shows becomes a cluster on the floor", async (t) => {
  const { page, requests, complaints } = await open(t);
  await paste(page, ROSTER);
  await eventually(() => made(page), "A cluster of 3 nodes.");
  assert.match(await page.locator(".own-part").first().innerText(), /pasted:2/);
  assert.deepEqual(await violations(page), []);
  const asked = requests.length;
  assert.match(await page.locator("#own").innerText(), /that is not the one you brought/);
  await action(page, "own-open").click();
  await node(page, "BB9030A").waitFor();
  assert.equal(await page.locator("[data-node]").count(), 3);
  assert.equal(await node(page, "BB9030A").locator(".face-name").innerText(), "db3.local");
  assert.equal(await dialog(page).evaluate((own) => own.open), false);
  assert.equal(requests.length, asked, "nothing is sent");
  // No input told prefer-uniform-balance, so the numbers say that they are about right.
  assert.match(await page.locator(".sides-table").innerText(), /\babout\b/);
  assert.deepEqual(complaints, []);
});

walk("what contradicts stands side by side, and a person decides", async (t) => {
  const { page } = await open(t);
  await paste(page, asinfo("A103@1,A102@1,A101@1"));
  await paste(page, asinfo("A103@1,A102@1,A101@2"));
  const conflict = page.locator(".own-conflict").first();
  await conflict.waitFor();
  const values = conflict.locator("input");
  assert.ok((await values.count()) > 1);
  await values.nth(1).check();
  await eventually(() => conflict.innerText().then((text) => /chosen by hand/.test(text)), true);
  await page.locator(".own-inputs button").nth(1).click();
  await eventually(() => page.locator(".own-conflict").count(), 0);
  assert.deepEqual(await violations(page), []);
});

test("what is no cluster says what it is, line by line", async (t) => {
  const { page } = await open(t);
  await action(page, "own-read").click();
  assert.equal(await page.locator(".own-said").innerText(), "Paste something first.");
  await paste(page, "milk\nbread\n");
  await eventually(() => page.locator(".own-none").innerText().then((text) => /no input has a node/.test(text)), true);
  assert.equal(await action(page, "own-open").count(), 0);
});

test("files are opened and dropped, and a scenario goes straight to the floor", async (t) => {
  const { page } = await openPage(t, { context: WIDE });
  await action(page, "share").click();
  const file = (name, text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  await action(page, "open-file").setInputFiles(file("roster.txt", asinfo("C103@1,C102@1,C101@1")));
  await eventually(() => made(page), "A cluster of 3 nodes.");
  await action(page, "own-close").click();
  // Dropped on the page.
  await page.evaluate((text) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], "dropped.txt"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, asinfo("C104@1,C103@1,C102@1,C101@1"));
  await eventually(() => page.locator(".own-inputs li").allInnerTexts().then((all) => all.length), 2);
  await action(page, "own-forget").click();
  await eventually(() => page.locator(".own-inputs").count(), 0);
  await action(page, "own-close").click();
  const scenario = { format: "rosterlab-scenario/1", title: "one", cluster: { nodes: [{ id: "D1" }] }, steps: [] };
  await action(page, "open-file").setInputFiles(file("one.json", JSON.stringify(scenario)));
  await node(page, "D1").waitFor();
  assert.equal(await dialog(page).evaluate((own) => own.open), false);
});

test("a server's log becomes a timeline whose counts are compared", async (t) => {
  const { page } = await open(t);
  const log = fileURLToPath(new URL("../../crates/asinfo/fuzz/corpus/server_log/published.log", import.meta.url));
  await action(page, "own-files").setInputFiles(log);
  await eventually(() => made(page), "A cluster of 5 nodes and 6 steps.");
  assert.match(await page.locator(".own-part h3").first().innerText(), /every count agrees$/);
  await action(page, "own-open").click();
  await eventually(() => page.locator(".steps .step").count().then((count) => count >= 6), true);
  // At its end all nodes are back.
  await eventually(() => page.locator(".node.up").count(), 5);
});

test("it is kept between visits only if that is asked for, and forgotten at once", async (t) => {
  const { page } = await open(t);
  await paste(page, asinfo("A103@1,A102@1,A101@1"));
  const again = async () => {
    await page.reload();
    await page.waitForSelector("#app h1");
    await action(page, "own-cluster").click();
    await field(page).waitFor();
    return page.locator(".own-inputs li").count();
  };
  assert.equal(await again(), 0);
  await paste(page, asinfo("A103@1,A102@1,A101@1"));
  await action(page, "own-keep").check();
  assert.equal(await again(), 1);
  assert.equal(await action(page, "own-keep").isChecked(), true);
  await action(page, "own-forget").click();
  assert.equal(await again(), 0);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

test("the dialog works by keys alone, and gives the focus back", async (t) => {
  if (cannot(t, "hover")) return;
  const { page } = await openPage(t, { context: WIDE });
  await action(page, "own-cluster").focus();
  await page.keyboard.press("Enter");
  await field(page).waitFor();
  await page.keyboard.press("Escape");
  await eventually(() => dialog(page).evaluate((own) => own.open), false);
  await eventually(() => page.evaluate(() => document.activeElement.dataset.action), "own-cluster");
});

test("on a phone the same button is in the panel with the scenarios", async (t) => {
  const { page } = await openPage(t, { context: { viewport: { width: 360, height: 700 } } });
  assert.equal(await action(page, "own-cluster").isVisible(), false);
  await action(page, "share").click();
  await action(page, "own").click();
  await paste(page, asinfo("A103@1,A102@1,A101@1"));
  await eventually(() => made(page), "A cluster of 3 nodes.");
  assert.ok((await page.evaluate(() => document.querySelector("#own").scrollWidth)) <= 360);
  assert.deepEqual(await violations(page), []);
});

walk("a plan is checked against what is on the floor", async (t) => {
  const { page, complaints } = await open(t);
  const plan = page.locator("#own-plan-text");
  const verdict = () => page.locator("[aria-labelledby=own-plan-title] [role=status]").innerText();
  await action(page, "own-check").click();
  await eventually(verdict, "Write or paste a plan first.");
  // The case study's: rack B is stopped, and nothing else.
  await plan.fill("# maintenance\nssh b101 systemctl stop aerospike\nssh b102 systemctl stop aerospike\n");
  await action(page, "own-check").click();
  await eventually(() => page.locator(".own-line").count(), 2);
  await eventually(() => verdict().then((text) => text.startsWith("✕")), true);
  assert.match(await page.locator(".own-line").last().innerText(), /error: /);
  assert.deepEqual(await violations(page), []);
  await action(page, "own-order").click();
  await eventually(() => page.locator(".own-order").innerText().then((text) => /^It is safe with /.test(text)), true);
  assert.ok((await page.locator(".own-order li").count()) > 0);
  assert.deepEqual(await violations(page), []);
  await plan.fill("frobnicate\n");
  await action(page, "own-check").click();
  await eventually(() => page.locator(".own-line").innerText().then((text) => /not understood/.test(text)), true);
  // The floor stays as it is.
  await action(page, "own-close").click();
  assert.equal(await page.locator("[data-node]").count(), 5);
  assert.deepEqual(complaints, []);
});

walk("a plan is made for what is to be done, and it is safe when it is checked", async (t) => {
  const { page, complaints } = await open(t);
  const part = page.locator("[aria-labelledby=own-goal-title]");
  const said = () => part.locator("[role=status]").first().innerText();
  await action(page, "own-make").click();
  await eventually(said, "Choose at least one node.");
  await part.getByLabel("Rack 2, all").check();
  await part.getByLabel("A103").check();
  await action(page, "own-goal-margin").selectOption("no further loss");
  await action(page, "own-make").click();
  await eventually(() => said().then((text) => text.startsWith("✓")), true);
  const plan = await part.locator("textarea").inputValue();
  for (const node of ["a103", "b101", "b102"]) assert.match(plan.toLowerCase(), new RegExp(node));
  assert.deepEqual(await violations(page), []);
  await page.locator("#own-plan-text").fill(plan);
  await action(page, "own-margin").selectOption("no further loss");
  await action(page, "own-check").click();
  const verdict = () => page.locator("[aria-labelledby=own-plan-title] [role=status]").innerText();
  await eventually(() => verdict().then((text) => text.startsWith("✓")), true);
  // What is wanted has changed, so the plan goes.
  await part.getByLabel("Take a whole rack down, and bring it back later").check();
  assert.equal(await part.locator("textarea").count(), 0);
  await action(page, "own-rack").selectOption("2");
  await action(page, "own-make").click();
  await eventually(() => said().then((text) => text.startsWith("✓")), true);
  assert.deepEqual(complaints, []);
});

walk("what no input tells is asked, and the answer is on the floor", async (t) => {
  const { page, complaints } = await open(t);
  await paste(page, ROSTER);
  const question = page.locator(".own-question", { hasText: "Are these nodes quiesced?" });
  await question.locator("summary").click();
  assert.match(await question.innerText(), /Taken as not quiesced\./);
  await question.locator("select").first().selectOption("quiesced");
  await eventually(() => question.innerText().then((text) => /except 1 of 3/.test(text)), true);
  assert.deepEqual(await violations(page), []);
  await action(page, "own-open").click();
  await eventually(() => node(page, "BB9030A").innerText().then((text) => /quiesced/.test(text)), true);
  assert.deepEqual(complaints, []);
});
