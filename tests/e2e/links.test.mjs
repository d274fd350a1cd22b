// The address holds the experiment: share links, files, broken links and files, and the panel after a crash of the page.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { openBlankPage, openPage } from "./browser.mjs";
import { test, walk } from "./engines.mjs";
import { action, eventually, expectCounts, focused, node, openTab, pasted, typeInto } from "./rosterlab.mjs";

const CASE = "s1=0.1.0-0_a.n2S-main_1-A101~2.2-B101~1_s34_g_c1";

const refusal = (page) => page.locator(".refusal").innerText();

walk("the address follows the steps, and opening it elsewhere shows the same", async (t) => {
  const { page, url, complaints } = await openPage(t);
  assert.equal(new URL(page.url()).hash, "", "nothing is done yet");
  await node(page, "A102").click();
  await action(page, "crash").click();
  await eventually(() => /_c1$/.test(page.url()), true);
  const address = page.url();
  const { page: other, complaints: others } = await openBlankPage(t);
  await other.goto(address.replace(/^[^#]*/, url));
  await eventually(() => node(other, "A102").getAttribute("data-state"), "crashed");
  assert.match(await other.locator("[data-news]").innerText(), /^Followed a link: 1 step\./);
  assert.deepEqual([...complaints, ...others], []);
});

test("a share link put into the address of an open page is followed", async (t) => {
  const { page, url, complaints } = await openPage(t);
  await page.goto(`${url}#${CASE}`);
  await expectCounts(page, "A103", { unavailable: 4096 });
  assert.deepEqual(complaints, []);
});

for (const [what, hash, says] of [
  ["cut short", CASE.slice(0, 22), /This link cannot be opened: .*character/],
  ["of another kind", "hello", /character 1: a share link begins with s1=/],
  ["that the cluster refuses", `${CASE}_s1`, /step 4, character 50: node A102 is down/],
  ["far too long", `s1=${"x".repeat(20000)}`, /at most 16384 characters/],
]) {
  test(`a broken share link, ${what}, gives a sentence, and the page still works`, async (t) => {
    const { page, complaints } = await openBlankPage(t).then(async (opened) => {
      await opened.page.goto(`${opened.url}#${hash}`);
      await opened.page.waitForSelector("#app h1");
      return opened;
    });
    assert.match(await refusal(page), says);
    await node(page, "A102").click();
    await action(page, "stop").click();
    await eventually(() => node(page, "A102").getAttribute("data-state"), "stopped");
    assert.deepEqual(complaints, []);
  });
}

test("a share link whose version gave another result says so", async (t) => {
  const { page, url } = await openBlankPage(t);
  await page.goto(`${url}#${CASE.replace("0.1.0-0_", "0.0.9-7_")}`);
  await eventually(
    async () => /made with version 0\.0\.9 of Rosterlab and gave another result/.test(
      await page.locator("[data-news]").innerText(),
    ),
    true,
  );
});

walk("the current moment can be copied as a test and as a figure's tag", async (t) => {
  const { page, url, complaints } = await openPage(t);
  await page.goto(`${url}#${CASE}`);
  await expectCounts(page, "A103", { unavailable: 4096 });
  await action(page, "share").click();
  const copied = async (name) => {
    await action(page, name).click();
    await eventually(() => action(page, name).innerText(), "✓ Copied");
    return pasted(page);
  };
  const link = await page.locator("#share-link").inputValue().then((address) => address.split("#")[1]);
  const rust = await copied("copy-rust");
  assert.ok(rust.startsWith("#[test]\n") && rust.includes(`"${link}"`) && rust.includes('("A103", "main", 0, 4096, 0),'), rust);
  const javascript = await copied("copy-javascript");
  assert.ok(javascript.includes(`Playground.fromLink("${link}")`) && javascript.includes("unavailable: 4096, dead: 0"), javascript);
  const tag = `<rosterlab-playground scenario="${link}" view="all" controls="full"></rosterlab-playground>\n`;
  assert.equal(await copied("copy-embed"), tag);
  assert.deepEqual(complaints, []);
});

walk("a scenario can be saved with expectations, copied and opened again; one with a mistake gives a sentence", async (t) => {
  const { page, url, requests, complaints } = await openPage(t);
  await page.goto(`${url}#${CASE}`);
  await expectCounts(page, "A103", { unavailable: 4096 });
  await action(page, "share").click();
  const loaded = requests.length;

  const [download] = await Promise.all([page.waitForEvent("download"), action(page, "save-scenario").click()]);
  assert.equal(download.suggestedFilename(), "experiment.json");
  const path = await download.path();
  const text = await readFile(path, "utf8");
  const { format, steps } = JSON.parse(text);
  assert.equal(format, "rosterlab-scenario/1");
  assert.deepEqual(steps[0], { do: "stop", nodes: ["B101", "B102"] });
  const { do: does, unavailable } = steps.at(-1);
  assert.deepEqual({ does, unavailable }, { does: "expect", unavailable: 4096 });
  await action(page, "copy-scenario").click();
  await eventually(() => page.locator("[role=status]").last().innerText(), "Copied.");
  assert.equal(await pasted(page), text);
  const later = requests.slice(loaded).filter((address) => !address.endsWith("icon.svg"));
  assert.deepEqual(later, [], "the page needs nothing more");

  await action(page, "undo").click();
  await expectCounts(page, "A103", {});
  const open = page.locator('[data-action="open-file"]');
  await open.setInputFiles(path);
  await expectCounts(page, "A103", { unavailable: 4096 });
  const wrong = JSON.parse(text);
  wrong.steps[0].nodes[1] = "B109";
  const buffer = Buffer.from(JSON.stringify(wrong));
  await open.setInputFiles({ name: "x.json", mimeType: "application/json", buffer });
  await eventually(async () => /cannot be opened: steps\[0\]\.nodes\[1\]: no node "B109"/.test(await refusal(page)), true);
  await expectCounts(page, "A103", { unavailable: 4096 });
  assert.deepEqual(complaints, []);
});

test("the page opens the published case study, the file that the command line runs", async (t) => {
  const { page, complaints } = await openPage(t);
  await action(page, "share").click();
  const path = new URL("../../www/scenarios/case-study.json", import.meta.url).pathname;
  await page.locator('[data-action="open-file"]').setInputFiles(path);
  await eventually(async () => /^Followed a link: /.test(await page.locator("[data-news]").innerText()), true);
  const steps = JSON.parse(await readFile(path, "utf8")).steps.filter((step) => step.do !== "expect");
  assert.match(await page.locator("[data-news]").innerText(), new RegExp(`: ${steps.length} steps`));
  assert.deepEqual(complaints, []);
});

walk("the share link can be copied, and the experiment saved as a file and opened again", async (t) => {
  const { page, url, complaints } = await openPage(t);
  await page.goto(`${url}#${CASE}`);
  await expectCounts(page, "A103", { unavailable: 4096 });
  await action(page, "share").click();
  await eventually(() => page.evaluate(() => document.activeElement.textContent), "Share");
  await action(page, "copy-link").click();
  await eventually(() => page.locator("[role=status]").last().innerText(), "Copied.");
  await eventually(() => action(page, "copy-link").innerText(), "✓ Copied", "it is seen as well as heard");
  const copied = await pasted(page);
  assert.match(copied, /#s1=[0-9.]+-[0-9a-z]+_a\.n2S-main_1-A101~2\.2-B101~1_s34_g_c1$/);

  const [download] = await Promise.all([page.waitForEvent("download"), action(page, "save").click()]);
  assert.equal(download.suggestedFilename(), "experiment.rosterlab.txt");
  const path = await download.path();
  assert.equal(await readFile(path, "utf8"), copied.split("#")[1]);

  await action(page, "undo").click();
  await expectCounts(page, "A103", {});
  await page.locator('[data-action="open-file"]').setInputFiles(path);
  await expectCounts(page, "A103", { unavailable: 4096 });
  assert.deepEqual(complaints, []);
});

test("the last state lands in the address, also after the browser has refused one", async (t) => {
  const { page, url, complaints } = await openBlankPage(t);
  await page.addInitScript(() => {
    const { replaceState } = History.prototype;
    let refusals = 1;
    History.prototype.replaceState = function (...args) {
      if (refusals > 0) {
        refusals -= 1;
        throw new DOMException("too often", "SecurityError");
      }
      return replaceState.apply(this, args);
    };
  });
  await page.goto(url);
  await action(page, "crash").click();
  await eventually(() => page.evaluate(() => location.hash.endsWith("_c1")), true);
  assert.deepEqual(complaints, []);
});

walk("the address holds what is looked at: another visit and a reload show the same", async (t) => {
  const { page, url, complaints } = await openPage(t, { context: { viewport: { width: 1440, height: 940 } } });
  const entries = await page.evaluate(() => history.length);
  await action(page, "crash").click();
  await page.locator('[data-colour-by="rule"]').click();
  await typeInto(page.locator("#partition"), "42");
  await page.locator("#partition").press("Enter");
  await openTab(page, "log");
  await node(page, "B101").click();
  await node(page, "B102").click({ modifiers: ["Control"] });
  await eventually(() => /_c1&v=1&p=42&by=rule&tab=log&sel=B102&with=B101\.B102$/.test(page.url()), true);
  assert.equal(await page.evaluate(() => history.length), entries, "looking around is no step of the browser's");
  const address = page.url();

  const looked = async (other) => {
    await eventually(() => node(other, "A102").getAttribute("data-state"), "crashed");
    await eventually(() => other.locator("#partition").inputValue(), "42");
    assert.equal(await other.locator('[data-colour-by="rule"]').isChecked(), true);
    assert.equal(await other.locator('[data-tab="log"]').getAttribute("aria-selected"), "true");
    assert.ok((await other.locator("#log-lines").innerText()).length > 100, "the open tab has its contents");
    assert.equal(await other.locator(".node.picked").count(), 2);
    assert.doesNotMatch(await other.locator("[data-news]").innerText(), /Left out/);
  };
  await page.reload();
  await looked(page);
  const { page: other, complaints: others } = await openBlankPage(t);
  await other.goto(address.replace(/^[^#]*/, url));
  await looked(other);
  assert.deepEqual([...complaints, ...others], []);
});

test("branches go along when they are wanted, and a bad part is named and left out", async (t) => {
  const { page, url, complaints } = await openPage(t);
  await action(page, "crash").click();
  await action(page, "undo").click();
  await node(page, "A101").click();
  await action(page, "stop").click();
  await action(page, "share").click();
  const link = () => page.locator("#share-link").inputValue();
  assert.doesNotMatch(await link(), /&b=/);
  await page.getByLabel("with its branch").check();
  await eventually(async () => /&b=0_c1$/.test(await link()), true);
  await eventually(() => page.url().endsWith("&b=0_c1"), true, "the address holds them too");

  const { page: other } = await openBlankPage(t);
  await other.goto(`${url}${new URL(await link()).hash}&p=9999&b=0_s9`);
  await eventually(() => other.locator("[data-news]").innerText().then((text) => /A branch came with it/.test(text)), true);
  const news = await other.locator("[data-news]").innerText();
  assert.match(news, /Left out of the link: branch 2 \(step 1, character \d+: .*\), “p=9999” \(partitions are 0 to 4095\)\./);
  assert.equal(await node(other, "A101").getAttribute("data-state"), "stopped");
  await eventually(() => other.locator(".bottom-head").innerText().then((text) => text.includes("1 branch")), true);
  assert.deepEqual(complaints, []);
});

test("the cluster's name leads to the scenarios, and one is opened by its title", async (t) => {
  const { page, requests, complaints } = await openPage(t, { context: { viewport: { width: 1440, height: 940 } } });
  const loaded = requests.length;
  await action(page, "scenarios").focus();
  await page.keyboard.press("Enter");
  await eventually(() => page.evaluate(() => document.activeElement.textContent), "Scenarios");
  const title = "The roster is reset too early";
  await page.getByRole("button", { name: title }).click();
  await eventually(() => page.locator(".side-panel").count(), 0);
  await eventually(() => focused(page), "share");
  await expectCounts(page, "A103", { unavailable: 0 });
  assert.match(await page.locator("[data-news]").innerText(), /^Followed a link: 5 steps/);
  const later = requests.slice(loaded).filter((address) => !address.endsWith("icon.svg"));
  assert.deepEqual(later, [], "the page fetches nothing");
  await action(page, "settings").click();
  await action(page, "former-cluster").waitFor();
  assert.deepEqual(complaints, []);
});

test("a file that cannot be read, or is too large, gives a sentence, and nothing is lost", async (t) => {
  const { page, complaints } = await openPage(t);
  await action(page, "crash").click();
  await action(page, "share").click();
  const open = (buffer) =>
    page.locator('[data-action="open-file"]').setInputFiles({ name: "x.json", mimeType: "application/json", buffer });
  await open(Buffer.from('{"format": "nonsense"'));
  await eventually(async () => /This scenario cannot be opened: .*line 1/.test(await refusal(page)), true);
  await open(Buffer.alloc(5 * 1024 * 1024, 32));
  await eventually(async () => /too large for an experiment/.test(await refusal(page)), true);
  await open(Buffer.from([0xff, 0xfe, 0x00]));
  await eventually(async () => /This file is not text\./.test(await refusal(page)), true);
  assert.equal(await node(page, "A102").getAttribute("data-state"), "crashed");
  assert.deepEqual(complaints, []);
});

test("a file of another kind is refused, and the page says what it looks like", async (t) => {
  const { page, complaints } = await openPage(t);
  await action(page, "share").click();
  const open = (text) =>
    page.locator('[data-action="open-file"]').setInputFiles({ name: "x.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
  for (const [text, looks] of [
    ["# notes\na: 1\nb: 2\n", /^Not done\. This is not a scenario\. It looks like YAML .* Nothing has changed\.$/],
    ['{"groups": []}', /^Not done\. This is not a scenario\. It looks like JSON of another kind /],
    ["", /^Not done\. This file is empty\. Nothing has changed\.$/],
  ]) {
    await open(text);
    await eventually(async () => looks.test(await refusal(page)), true);
  }
  // What an operator has goes into the dialog of their own cluster.
  await open("A101@1,A102@1,B101@2\n");
  await eventually(() => page.locator(".own-made").innerText(), "A cluster of 3 nodes.");
  assert.deepEqual(complaints, []);
});

test("a crash of the page gives a share link that replays everything", async (t) => {
  const { page, url } = await openPage(t);
  await node(page, "B101").click();
  await action(page, "stop").click();
  await node(page, "A102").click();
  // Remove an element that Yew holds, which makes the page panic.
  await page.evaluate(() => document.querySelector(".steps").replaceChildren());
  await action(page, "crash").click();
  const href = await action(page, "replay").getAttribute("href");
  assert.match(href, /_s3_c1$/);
  const { page: other } = await openBlankPage(t);
  await other.goto(`${url}${href}`);
  await eventually(() => node(other, "A102").getAttribute("data-state"), "crashed");
  await eventually(() => node(other, "B101").getAttribute("data-state"), "stopped");
});

test("? shows the keys wherever the focus is, and letter keys can be turned off", async (t) => {
  const { page, complaints } = await openPage(t);
  const panel = page.locator(".side-panel");
  await page.keyboard.press("?");
  await panel.waitFor();
  await page.keyboard.press("Escape");
  await eventually(() => panel.count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.action), "help");
  await page.keyboard.press("?");
  await action(page, "letters").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await node(page, "A102").focus();
  await page.keyboard.press("c");
  assert.equal(await panel.count(), 0);
  assert.equal(await node(page, "A102").getAttribute("data-state"), "up");
  assert.deepEqual(complaints, []);
});

test("without a canvas the page says so and still works", async (t) => {
  const { page, url, complaints } = await openBlankPage(t);
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
  await page.goto(url);
  await eventually(() => page.locator(".map-hover").innerText().then((text) => /gives the page no canvas/.test(text)), true);
  await node(page, "A102").click();
  await action(page, "crash").click();
  await eventually(() => node(page, "A102").getAttribute("data-state"), "crashed");
  await page.locator(".map-panel .reasons tbody tr").first().waitFor();
  assert.deepEqual(complaints, []);
});
