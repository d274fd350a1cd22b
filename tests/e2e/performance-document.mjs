// Writes what was measured into docs/performance.md, between two marks there.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, release, type } from "node:os";
import { fileURLToPath } from "node:url";

const DOCUMENT = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const END = "<!-- to here -->";

/** The machine that measures, in a few words. */
export const MACHINE = `${type()} ${release().split("-")[0]} ${arch()}, ${cpus().length} cores (${cpus()[0].model.trim()})`;

/** Puts `lines` after the mark `begin`, up to the next end, in the place of what is there. */
export function writeBetween(begin, lines) {
  const text = readFileSync(DOCUMENT, "utf8");
  const [head, rest] = text.split(begin);
  assert.ok(rest?.includes(END), `docs/performance.md must have ${begin} and ${END}`);
  const table = [begin, "", ...lines, ""].join("\n");
  writeFileSync(DOCUMENT, head + table + rest.slice(rest.indexOf(END)));
}
