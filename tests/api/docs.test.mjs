// Runs every example of docs/api.md and of the READMEs with the package, and checks the results that they state.
//
// In a line `… // → value` the expression, or the constant in `const name = …`, has that value as JSON. A line
// `… // throws { code, place }` throws an error with that code and place.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { PACKAGE, read, rosterlab, thrown } from "./rosterlab.mjs";

const markdown = read("docs/api.md");

// A folder in which `rosterlab` is installed as in a user's project.
const folder = mkdtempSync(join(tmpdir(), "rosterlab-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(PACKAGE, join(folder, "node_modules/rosterlab"));
after(() => rmSync(folder, { recursive: true }));

/** The examples of a file, with their headings. */
function examples(path) {
  let heading = "";
  const found = [];
  const lines = read(path).split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    if (lines[at].startsWith("#")) heading = lines[at].replace(/^#+ /, "");
    if (lines[at] !== "```js") continue;
    const end = lines.indexOf("```", at);
    found.push({ path, heading, line: at + 2, code: lines.slice(at + 1, end) });
    at = end;
  }
  return found;
}

/** Turns a line with a stated result into one that checks it. */
function checked(line, place) {
  const [, before, kind, expected] = /^(.*?);?\s*\/\/ (→|throws) (.*)$/.exec(line) ?? [];
  if (kind === undefined) return line;
  const [, name] = /^const (\w+) =/.exec(before) ?? [];
  if (kind === "throws") return `$check.throws(() => (${before}), (${expected}), ${JSON.stringify(place)});`;
  if (name) return `${before}; $check.gives(${name}, (${expected}), ${JSON.stringify(place)});`;
  return `$check.gives((${before}), (${expected}), ${JSON.stringify(place)});`;
}

const json = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

let checks = 0;
globalThis.$check = {
  gives(found, expected, place) {
    assert.deepEqual(json(found), json(expected), place);
    checks += 1;
  },
  throws(call, expected, where) {
    const { code, place } = thrown(call);
    assert.deepEqual({ code, place }, expected, where);
    checks += 1;
  },
};

const files = ["docs/api.md", "README.md", "crates/wasm/README.md"].map(examples);
for (const found of files) assert.ok(found.length > 0, "every file must have examples");

for (const { path, heading, line, code } of files.flat()) {
  test(`the example of ${heading} (${path}, line ${line})`, async () => {
    const before = checks;
    const file = join(folder, `${path.replaceAll("/", "-")}-${line}.mjs`);
    const lines = code.map((text, index) => checked(text, `${path}, line ${line + index}`));
    writeFileSync(file, lines.join("\n"));
    await import(pathToFileURL(file));
    assert.ok(checks > before, "an example must state a result");
  });
}

test("every method, getter and function has a heading and an example", () => {
  const { prototype } = rosterlab.Playground;
  const methods = Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
  const functions = Object.keys(rosterlab);
  const headings = markdown.split("\n").filter((line) => line.startsWith("### ")).join("\n");
  const wanted = [...methods, "fromLink", ...functions];
  assert.ok(wanted.length >= 22, wanted.join(" "));
  for (const name of wanted) {
    assert.match(headings, new RegExp(`\\b${name}\\b`), `${name} has no heading`);
    assert.ok(files[0].some(({ code }) => code.join("\n").includes(name)), `${name} has no example`);
  }
});

test("every error code of the source is in the table", () => {
  const known = new Set();
  for (const [, code] of read("crates/wasm/npm/guard.js").matchAll(/RosterlabError\("([a-z-]+)"/g)) known.add(code);
  for (const file of ["fault", "decode", "encode", "playground", "run"]) {
    const source = read(`crates/wasm/src/${file}.rs`).split("#[cfg(test)]")[0];
    for (const [, code] of source.matchAll(/(?:=> |new\(|map_or\(|BAD_INPUT: &str = )"([a-z]+(?:-[a-z]+)*)"/g)) known.add(code);
  }
  // Words that the pattern finds but that are not codes.
  for (const word of ["info", "warning", "text", "undefined"]) known.delete(word);
  assert.ok(known.size > 35, [...known].join(" "));
  const table = markdown.split("## Errors")[1].split("```js")[0];
  const listed = [...table.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code);
  assert.deepEqual([...known].filter((code) => !listed.includes(code)), []);
});
