// When the page itself crashes, it says so and offers to reload.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { test } from "./engines.mjs";
import { action, expectCounts } from "./rosterlab.mjs";

test("a crash of the page shows a sentence and a button that reloads", async (t) => {
  const { page, complaints } = await openPage(t);
  // Remove an element that Yew holds, which makes the page panic.
  await page.evaluate(() => document.querySelector(".steps").replaceChildren());
  await action(page, "crash").click();
  const panel = page.locator(".crash");
  await panel.waitFor();
  assert.match(await panel.innerText(), /Rosterlab has failed/);
  assert.ok(complaints.some((complaint) => complaint.includes("panicked")), "the console says it too");
  await action(page, "reload").click();
  await page.waitForSelector("#app h1");
  await expectCounts(page, "B102", {});
});
