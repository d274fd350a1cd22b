// Pictures of the page to look at, in tests/e2e/shots: three states, three widths, both themes. They are compared with nothing.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openPage } from "./browser.mjs";
import { action, expectCounts, eventually, counts } from "./rosterlab.mjs";

const SHOTS = fileURLToPath(new URL("./shots", import.meta.url));

const STATES = {
  open: async () => {},
  "reset-too-early": async (page) => {
    await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
    await action(page, "stage-observed").click();
    await action(page, "roster-confirm").click();
    await action(page, "recluster").click();
    await action(page, "crash").click();
    await expectCounts(page, "A103", { unavailable: 1381 });
  },
  split: async (page) => {
    await action(page, "split").click();
    await eventually(async () => Object.keys(await counts(page)).length, 2);
  },
};

for (const viewport of [
  { width: 1440, height: 940 },
  { width: 1024, height: 768 },
  { width: 360, height: 640 },
]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${viewport.width} px, ${colorScheme}`, async (t) => {
      mkdirSync(SHOTS, { recursive: true });
      for (const [state, reach] of Object.entries(STATES)) {
        const { page, complaints } = await openPage(t, { context: { viewport, colorScheme } });
        await reach(page);
        const path = `${SHOTS}/${state}-${viewport.width}-${colorScheme}.png`;
        await page.screenshot({ path, fullPage: viewport.width < 1440 });
        assert.deepEqual(complaints, []);
      }
    });
  }
}
