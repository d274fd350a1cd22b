// Every example of docs/api.md is run with the package for Node.js, and gives what it says that it gives.
//
// A line `… // → value` is an expression (or `const name = …`) whose value, as JSON, is that one; a line
// `… // throws { code, place }` throws such an error.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { PACKAGES, read, rosterlab, thrown } from "./rosterlab.mjs";

const markdown = read("docs/api.md");

// A folder in which `rosterlab` is installed, as somebody would have it.
const folder = mkdtempSync(join(tmpdir(), "rosterlab-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(join(PACKAGES, "nodejs"), join(folder, "node_modules/rosterlab"));
after(() => rmSync(folder, { recursive: true }));

/** The examples with the headings that they stand below. */
function examples() {
  let heading = "";
  const found = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    if (lines[at].startsWith("#")) heading = lines[at].replace(/^#+ /, "");
    if (lines[at] !== "```js") continue;
    const end = lines.indexOf("```", at);
    found.push({ heading, line: at + 2, code: lines.slice(at + 1, end) });
    at = end;
  }
  return found;
}

/** A line as one that checks itself. */
function checked(line, number) {
  const [, before, kind, expected] = /^(.*?);?\s*\/\/ (→|throws) (.*)$/.exec(line) ?? [];
  if (kind === undefined) return line;
  const [, name] = /^const (\w+) =/.exec(before) ?? [];
  if (kind === "throws") return `$check.throws(() => (${before}), (${expected}), ${number});`;
  if (name) return `${before}; $check.gives(${name}, (${expected}), ${number});`;
  return `$check.gives((${before}), (${expected}), ${number});`;
}

const json = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

let checks = 0;
globalThis.$check = {
  gives(found, expected, line) {
    assert.deepEqual(json(found), json(expected), `docs/api.md, line ${line}`);
    checks += 1;
  },
  throws(call, expected, line) {
    const { code, place } = thrown(call);
    assert.deepEqual({ code, place }, expected, `docs/api.md, line ${line}`);
    checks += 1;
  },
};

for (const { heading, line, code } of examples()) {
  test(`the example of ${heading} (line ${line})`, async () => {
    const before = checks;
    const file = join(folder, `line-${line}.mjs`);
    writeFileSync(file, code.map((text, index) => checked(text, line + index)).join("\n"));
    await import(pathToFileURL(file));
    assert.ok(checks > before, "an example shows what comes out");
  });
}

test("every method, getter and function has a heading and an example", () => {
  const { prototype } = rosterlab.Playground;
  const methods = Object.getOwnPropertyNames(prototype).filter(
    (name) => !["constructor", "__destroy_into_raw"].includes(name),
  );
  const functions = Object.keys(rosterlab).filter((name) => !name.startsWith("__"));
  const headings = markdown.split("\n").filter((line) => line.startsWith("### ")).join("\n");
  const wanted = [...methods, "fromLink", ...functions];
  assert.ok(wanted.length >= 22, wanted.join(" "));
  for (const name of wanted) {
    assert.match(headings, new RegExp(`\\b${name}\\b`), `${name} has no heading`);
    assert.ok(examples().some(({ code }) => code.join("\n").includes(name)), `${name} has no example`);
  }
});

test("every code that the source knows is in the table", () => {
  const known = new Set();
  for (const file of ["fault", "decode", "encode", "playground", "run"]) {
    const source = read(`crates/wasm/src/${file}.rs`).split("#[cfg(test)]")[0];
    for (const [, code] of source.matchAll(/(?:=> |new\(|map_or\(|BAD_INPUT: &str = )"([a-z]+(?:-[a-z]+)*)"/g)) known.add(code);
  }
  // Words that are no codes.
  for (const word of ["info", "warning", "text", "undefined"]) known.delete(word);
  assert.ok(known.size > 35, [...known].join(" "));
  const table = markdown.split("## Errors")[1].split("```js")[0];
  const listed = [...table.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code);
  assert.deepEqual([...known].filter((code) => !listed.includes(code)), []);
});
