// The package and its tarball: what is in them, how large they are, and that the exports lead to files.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { PACKAGE, PACKAGES, rosterlab } from "./rosterlab.mjs";

/** The most bytes of the tarball. The module is nearly all of it. */
const MOST_BYTES = 350_000;

const manifest = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
const tarball = join(PACKAGES, `rosterlab-${manifest.version}.tgz`);
const folder = mkdtempSync(join(tmpdir(), "rosterlab-"));
after(() => rmSync(folder, { recursive: true }));

test("the tarball has exactly the package's files, with licences and readme, and fits", () => {
  const listed = execFileSync("tar", ["tzf", tarball], { encoding: "utf8" }).trim().split("\n");
  const files = listed.map((name) => name.replace(/^package\//, "")).sort();
  assert.deepEqual(files, readdirSync(PACKAGE).sort());
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT", "README.md"]) assert.ok(files.includes(name), name);
  assert.deepEqual(files.filter((name) => name.endsWith(".wasm")), ["rosterlab_bg.wasm"], "one module");
  const { size } = statSync(tarball);
  assert.ok(size <= MOST_BYTES, `${size} bytes`);
});

test("packed again, the tarball has the same bytes", () => {
  const args = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
  const name = execFileSync("npm", args, { cwd: PACKAGE, encoding: "utf8" }).trim();
  assert.ok(readFileSync(join(folder, name)).equals(readFileSync(tarball)));
});

test("every export leads to a file, and the version is the engine's", () => {
  const paths = (entry) => (typeof entry === "string" ? [entry] : Object.values(entry).flatMap(paths));
  const { main, module, types, exports } = manifest;
  const found = [main, module, types, ...paths(exports)];
  assert.ok(found.length > 20, found.join(" "));
  assert.deepEqual(found.filter((path) => !existsSync(join(PACKAGE, path))), []);
  assert.equal(manifest.version, rosterlab.version());
});

test("nothing in the package names a folder of the machine that built it", () => {
  for (const name of readdirSync(PACKAGE)) {
    const text = readFileSync(join(PACKAGE, name), "latin1");
    assert.ok(!/\/(registry\/src|home|root|Users)\//.test(text), name);
  }
});
