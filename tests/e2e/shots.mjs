// Takes screenshots that are the same on every machine, and compares them with the references in tests/e2e/shots.
//
// Fixed: the fonts (DejaVu of an exact version from npm, and no other), how they are drawn (fonts.conf), the colour profile,
// the painter's code paths, the window and its scale. Animations and the caret are off. Not fixed: the version of Chromium.
// When it is another one than took the references, a failure says so.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import { openPage } from "./browser.mjs";
import { cannot } from "./engines.mjs";
import { withPalette } from "./palette.mjs";
import { eventually } from "./rosterlab.mjs";

const REFERENCES = fileURLToPath(new URL("./shots", import.meta.url));
/** The version of Chromium that took the references. */
const TAKEN_WITH = join(REFERENCES, "taken-with.json");
/** The folder for a shot that differs, and for a picture of the differences. */
const FAILURES = fileURLToPath(new URL("../../target/shots", import.meta.url));
const MAX_DIFFERING_PIXELS = 10;
const UPDATE_COMMAND = "cargo xtask e2e --update-shots";

/** The same painting on every processor, and the same fonts on every Linux. */
const LAUNCH = {
  args: ["--disable-lcd-text", "--force-color-profile=srgb", "--disable-skia-runtime-opts", "--disable-partial-raster"],
  env: { FONTCONFIG_FILE: join(REFERENCES, "fonts.conf") },
};

/** Why this system's shots cannot be compared, or `false`. */
export const SKIP = process.platform === "linux" ? cannot("reference shots") : "only Linux takes its fonts from fonts.conf";

/** Opens the page for a shot. */
export function openForShot(t, { viewport, colorScheme }) {
  const context = { viewport, colorScheme, deviceScaleFactor: 1, locale: "en-US", reducedMotion: "reduce" };
  return openPage(t, { context, launch: LAUNCH });
}

/** Takes a shot of the window at the `"top"` or the `"end"` of the page, once the page has worked everything out. */
async function takeShot(page, place) {
  await page.mouse.move(0, 0);
  await page.locator(".margin:not(.stale)").waitFor();
  const shoot = async () => {
    await page.evaluate((place) => window.scrollTo(0, place === "top" ? 0 : document.documentElement.scrollHeight), place);
    return page.screenshot({ animations: "disabled", caret: "hide", scale: "css" });
  };
  // A frame may still be due, so two shots in a row must be equal.
  let last = await shoot();
  await eventually(async () => {
    const before = last;
    last = await shoot();
    return last.equals(before);
  }, true);
  return last;
}

/** Compares a shot with the reference `name`, or makes it the reference when ROSTERLAB_UPDATE_SHOTS is set. */
export async function expectShot(t, page, name, place) {
  const shot = await takeShot(page, place);
  const found = PNG.sync.read(shot);
  const version = page.context().browser().version();
  const path = join(REFERENCES, `${name}.png`);
  if (process.env.ROSTERLAB_UPDATE_SHOTS) {
    writeFileSync(path, withPalette(found));
    writeFileSync(TAKEN_WITH, `${JSON.stringify({ chromium: version })}\n`);
    t.diagnostic(`wrote ${path}`);
  }
  const reference = PNG.sync.read(readFileSync(path));
  const { width, height } = reference;
  assert.deepEqual([found.width, found.height], [width, height], "the size of the window");
  const difference = new PNG({ width, height });
  const differing = pixelmatch(reference.data, found.data, difference.data, width, height);
  if (differing <= MAX_DIFFERING_PIXELS) return;

  mkdirSync(FAILURES, { recursive: true });
  const [foundPath, differencePath] = ["found", "difference"].map((what) => join(FAILURES, `${name}.${what}.png`));
  writeFileSync(foundPath, shot);
  writeFileSync(differencePath, PNG.sync.write(difference));
  const { chromium } = JSON.parse(readFileSync(TAKEN_WITH, "utf8"));
  const versions = chromium === version ? "" : ` Chromium ${chromium} took the reference, this is ${version}.`;
  assert.fail(
    `${differing} pixels differ from ${path}.${versions} See ${differencePath} and ${foundPath}. ` +
      `If the page looks right, run ${UPDATE_COMMAND}.`,
  );
}
