// The page looks as the reference screenshots in tests/e2e/shots do: at most 10 pixels differ.
//
// After a change to the page's look, `cargo xtask e2e --update-shots` takes the references anew. shots.mjs says what makes
// the shots the same on every machine.

import assert from "node:assert/strict";
import { test } from "./engines.mjs";
import { action, counts, eventually, resetTooEarly } from "./rosterlab.mjs";
import { SKIP, expectShot, openForShot } from "./shots.mjs";

const WIDE = { width: 1440, height: 940 };
const TABLET = { width: 1024, height: 768 };
const PHONE = { width: 360, height: 640 };

const asOpened = async () => {};

/** The ways out were searched for. */
async function resetWithWaysOut(page) {
  await resetTooEarly(page);
  await page.locator(".way").first().waitFor();
}

async function split(page) {
  await action(page, "split").click();
  await eventually(async () => Object.keys(await counts(page)).length, 2);
}

async function settings(page) {
  await action(page, "settings").click();
  await page.locator("#settings-title").waitFor();
}

for (const [name, viewport, colorScheme, reach, place] of [
  ["as-opened-wide-light", WIDE, "light", asOpened, "top"],
  ["reset-too-early-wide-dark", WIDE, "dark", resetWithWaysOut, "end"],
  ["split-tablet-light", TABLET, "light", split, "top"],
  ["settings-tablet-dark", TABLET, "dark", settings, "top"],
  ["as-opened-phone-light", PHONE, "light", asOpened, "top"],
]) {
  test(`the page looks like ${name}.png`, { skip: SKIP }, async (t) => {
    const { page, complaints } = await openForShot(t, { viewport, colorScheme });
    await reach(page);
    await expectShot(t, page, name, place);
    assert.deepEqual(complaints, []);
  });
}
