// The console: asadm and a shell on the cluster that the page shows.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { cannot, test, walk } from "./engines.mjs";
import { action, counts, eventually, expectCounts, focused, node } from "./rosterlab.mjs";

const WIDE = { viewport: { width: 1440, height: 940 } };
const field = (page) => page.locator(".console-field");
const printed = (page) => page.locator(".console-output pre").allInnerTexts();
const last = async (page) => (await printed(page)).at(-1);

async function open(t, options = { context: WIDE }) {
  const opened = await openPage(t, options);
  await action(opened.page, "console").click();
  await field(opened.page).waitFor();
  return opened;
}

/** Types a line, and waits until the console has taken it. */
async function enter(page, text) {
  await field(page).fill(text);
  await field(page).press("Enter");
  await eventually(() => field(page).inputValue(), "");
}

/** Types the six digits that the console asks for. */
async function confirm(page) {
  const question = /by typing ([0-9a-f]{6}),/.exec((await printed(page)).join("\n"));
  assert.ok(question, (await printed(page)).join("\n"));
  await enter(page, question[1]);
}

walk("the console's module is fetched when it is opened, and it takes the focus", async (t) => {
  const { page, requests, complaints } = await openPage(t, { context: WIDE });
  assert.ok(!requests.some((address) => address.includes("console")));
  await action(page, "console").click();
  await field(page).waitFor();
  await eventually(() => page.evaluate(() => document.activeElement.className), "console-field");
  assert.equal(requests.filter((address) => address.endsWith("rosterlab-annex_bg.wasm")).length, 1);
  await enter(page, "show roster");
  await eventually(async () => /B102@2,B101@2,A103@1,A102@1,A101@1/.test(await last(page)), true);
  assert.match(await last(page), /^~+Roster \(2019-01-01 00:00:00 UTC\)~+\n/);

  await field(page).press("Escape");
  await page.locator("#console").waitFor({ state: "hidden" });
  await eventually(() => focused(page), "console");
  // What was printed is still there.
  await action(page, "console").click();
  await eventually(() => page.evaluate(() => document.activeElement.className), "console-field");
  assert.match(await last(page), /Roster/);
  assert.deepEqual(complaints, []);
});

walk("the case study is driven by its commands alone", async (t) => {
  const { page, complaints } = await open(t);
  await enter(page, "pdsh -w b101,b102 systemctl stop aerospike");
  await expectCounts(page, "A103", {});
  await enter(page, "wait for migrations");
  await enter(page, "ssh a102 pkill -KILL asd");
  await expectCounts(page, "A103", { unavailable: 4096 });
  await enter(page, "show stat namespace for main like unavail");
  await eventually(async () => /unavailable_partitions *\| *4096/.test(await last(page)), true);
  await enter(page, "manage recluster");
  await eventually(async () => /User must be in privileged mode/.test(await last(page)), true);
  await enter(page, "ssh a102 systemctl start aerospike");
  await enter(page, "enable");
  await eventually(() => page.locator(".console-prompt").innerText(), "Admin+> ");
  await enter(page, "manage roster stage observed ns main");
  if ((await printed(page)).some((text) => text.includes("Confirm that you want"))) await confirm(page);
  await eventually(async () => (await printed(page)).some((text) => text.includes("Pending roster now contains")), true);
  await enter(page, "manage recluster");
  await expectCounts(page, "A103", {});
  assert.deepEqual(complaints, []);
});

walk("what is done on the page is printed as the lines that do it", async (t) => {
  const { page, complaints } = await open(t);
  const said = () => page.locator(".console-done").last().innerText();
  await node(page, "A102").click();
  await action(page, "crash").click();
  await eventually(said, "# Crash A102\nssh a102 pkill -KILL asd");
  await action(page, "start").click();
  await eventually(said, "# Start A102\nssh a102 systemctl start aerospike");
  await action(page, "split").click();
  await eventually(
    async () => (await said()).split("\n")[1],
    "pdsh -w a101,a102,a103 iptables -I INPUT -s b101,b102 -j DROP",
  );
  await action(page, "undo").click();
  await eventually(async () => /^# Undone: Cut/.test(await last(page)), true);
  await action(page, "migrate").click();
  await eventually(said, "# Finish migrations\nwait for migrations");
  assert.deepEqual(complaints, []);
});

walk("behind a split the tool sees the side of its node", async (t) => {
  const { page } = await open(t);
  await action(page, "split").click();
  await eventually(async () => Object.keys(await counts(page)).length, 2);
  await action(page, "console-node").selectOption("B101");
  await enter(page, "info network");
  await eventually(async () => /Number of rows: 2/.test(await last(page)), true);
  assert.match(await last(page), /\*b102:3000/);
  await enter(page, "enable; asinfo -v 'recluster:' with B101");
  await eventually(async () => (await printed(page)).some((text) => text.includes("ignored-by-non-principal")), true);
});

walk("keys recall and complete lines, and nobody is held in the field", async (t) => {
  const { page } = await open(t);
  await enter(page, "enable");
  await enter(page, "show racks");
  await field(page).press("ArrowUp");
  await eventually(() => field(page).inputValue(), "show racks");
  await field(page).press("ArrowUp");
  await eventually(() => field(page).inputValue(), "enable");
  await field(page).press("ArrowDown");
  await eventually(() => field(page).inputValue(), "show racks");
  await field(page).press("Escape");
  await eventually(() => field(page).inputValue(), "");
  await field(page).pressSequentially("show ros");
  await field(page).press("Tab");
  await eventually(() => field(page).inputValue(), "show roster ");
  await field(page).press("Escape");
  await eventually(() => field(page).inputValue(), "");
  await field(page).press("Tab");
  await eventually(() => page.evaluate(() => document.activeElement.className !== "console-field"), true);
});

test("several lines that are pasted are one step, and the rest stays in the line", { skip: cannot("a made paste") }, async (t) => {
  const { page } = await open(t);
  await field(page).evaluate((input) => {
    const data = new DataTransfer();
    data.setData("text", "ssh a102 pkill -KILL asd\nssh a103 pkill -KILL asd\nssh a101 upt");
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await eventually(() => field(page).inputValue(), "ssh a101 upt");
  await eventually(() => page.locator(".bottom-head .dim").innerText(), "1 step · 0 branches");
  await action(page, "undo").click();
  await expectCounts(page, "B102", {});
});

test("what is printed stays where it is, and time that plays is told once", async (t) => {
  const { page } = await open(t);
  await enter(page, "show racks");
  await page.locator(".console-table").waitFor();
  // A screen reader reads what is added: only what is new may be.
  await page.evaluate(() => {
    window.added = 0;
    const count = (changes) => { for (const { addedNodes } of changes) window.added += addedNodes.length; };
    new MutationObserver(count).observe(document.querySelector(".console-output"), { childList: true });
  });
  await enter(page, "enable");
  await eventually(() => page.evaluate(() => window.added), 1);
  await action(page, "crash").click();
  await eventually(() => page.evaluate(() => window.added), 2);
  await action(page, "play").click();
  await eventually(() => page.locator(".clock").innerText().then((time) => /0:0[3-9]/.test(time)), true);
  await action(page, "play").click();
  await eventually(() => page.locator(".console-done").count(), 2);
  assert.match(await page.locator(".console-done").last().innerText(), /\nsleep \d/);
  assert.equal(await page.evaluate(() => window.added), 3);
});

test("a question keeps the lines after it", { skip: cannot("a made paste") }, async (t) => {
  const { page } = await open(t);
  await enter(page, "enable");
  await action(page, "crash").click();
  await field(page).evaluate((input) => {
    const data = new DataTransfer();
    data.setData("text", "manage roster stage observed ns main\nmanage recluster\n");
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await eventually(() => page.locator(".console-prompt").innerText(), "> ");
  assert.match(await field(page).inputValue(), /^manage recluster/);
});

test("collectinfo gives the archive as a file", { skip: cannot("files from blobs") }, async (t) => {
  const { page } = await open(t);
  const [file] = await Promise.all([page.waitForEvent("download"), enter(page, "collectinfo")]);
  assert.equal(file.suggestedFilename(), "rosterlab_collect_info_20190101_000000.tgz");
});

test("without its module the page says so, and opens it when it is there", async (t) => {
  const { page } = await openPage(t, { context: WIDE });
  await page.route("**/rosterlab-annex_bg.wasm", (route) => route.fulfill({ status: 404 }));
  await action(page, "console").click();
  const alert = page.getByRole("alert");
  await eventually(async () => /console could not be loaded: .*404/.test((await alert.allInnerTexts()).join(" ")), true);
  await page.locator("#console").waitFor({ state: "hidden" });
  await page.unroute("**/rosterlab-annex_bg.wasm");
  await action(page, "console").click();
  await field(page).waitFor();
});

test("on a phone tables are printed the other way, and nothing is wider than the screen", async (t) => {
  const { page } = await open(t, { context: { viewport: { width: 360, height: 640 } } });
  await enter(page, "show roster");
  await eventually(async () => /^Node ID +\|/m.test(await last(page)), true);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});
