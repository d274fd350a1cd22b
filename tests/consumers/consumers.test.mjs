// Small projects use the npm package as its users do, each with another tool. The tarball is installed beside the tools, so that
// every project resolves it through its exports map.

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openBlankPage } from "../e2e/browser.mjs";
import { startServer } from "../e2e/server.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(HERE, "../..");
const MODULES = join(HERE, "node_modules");
const PACKAGES = process.env.ROSTERLAB_PACKAGES || join(ROOT, "pkg");
/** What every example finds. */
const COUNTS = { active: 0, unavailable: 4096, dead: 0 };

const installed = join(MODULES, "rosterlab");
rmSync(installed, { recursive: true, force: true });
mkdirSync(installed);
const [tarball] = readdirSync(PACKAGES).filter((name) => /^rosterlab-.*\.tgz$/.test(name));
execFileSync("tar", ["xzf", join(PACKAGES, tarball), "--strip-components=1", "-C", installed]);

const run = promisify(execFile);
const example = (name) => join(HERE, "examples", name);
const tool = (name, path) => join(MODULES, name, path);
/** Runs a script of Node.js in an example's folder, with the environment of a person who runs no tests. */
async function node(name, ...args) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return run(process.execPath, args, { cwd: example(name), env: { ...env, NO_COLOR: "1", CI: "1" } });
}
const said = ({ stdout }) => JSON.parse(stdout);
const code = "unknown-node";

test("the recipes of docs/api.md are those of the examples", () => {
  const recipes = [...readFileSync(join(ROOT, "docs/api.md"), "utf8").matchAll(/\n```text\n(.*?)```\n/gs)].map(([, text]) => text);
  const files = ["vite/vite.config.js", "esbuild/build.mjs", "rollup/rollup.config.js"].map((name) => readFileSync(example(name), "utf8"));
  assert.equal(recipes.length, files.length);
  recipes.forEach((recipe, at) => assert.ok(files[at].includes(recipe), recipe));
});

test("Node.js: import, require and rosterlab/node are one instance", async () => {
  assert.deepEqual(said(await node("node", "example.mjs")), { ...COUNTS, code, holds: true, isOne: true });
  assert.deepEqual(said(await node("node", "example.cjs")), { ...COUNTS, code });
});

test("a thread of Node.js", async () => {
  assert.deepEqual(said(await node("worker", "example.mjs")), COUNTS);
});

test("Bun and Deno", async () => {
  const { platform, arch } = process;
  if (platform !== "linux" || arch !== "x64") return;
  const bun = tool("@oven/bun-linux-x64", "bin/bun");
  const deno = tool("@deno/linux-x64-glibc", "deno");
  for (const [file, expected] of [
    ["example.mjs", { ...COUNTS, code, holds: true, isOne: true }],
    ["example.cjs", { ...COUNTS, code }],
  ]) {
    assert.deepEqual(said(await run(bun, [file], { cwd: example("node") })), expected, `Bun, ${file}`);
    const args = ["run", "--allow-read", "--no-remote", "--node-modules-dir=manual", file];
    assert.deepEqual(said(await run(deno, args, { cwd: example("node") })), expected, `Deno, ${file}`);
  }
});

test("TypeScript, strict, with nodenext and as for a bundler", async () => {
  const compiler = tool("typescript", "bin/tsc");
  await node("typescript", compiler, "-p", "tsconfig.bundler.json");
  await node("typescript", compiler, "-p", "tsconfig.nodenext.json");
  assert.deepEqual(said(await node("typescript", "built/example.js")), { code, place: "nodes[0]", holds: true });
  const { version } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.deepEqual(said(await node("typescript", "built/example.cjs")), { steps: 0, version });
});

test("vitest", async () => {
  await node("vitest", tool("vitest", "vitest.mjs"), "run");
});

test("jest, in Node.js and in jsdom", async () => {
  await node("jest", tool("jest", "bin/jest.js"), "--runInBand");
});

/** Opens an address, waits for the counts that the example writes, and looks whether its figure has its style. */
async function shows(t, url) {
  const { page, complaints } = await openBlankPage(t);
  await page.goto(url);
  const output = page.locator("output");
  await output.filter({ hasText: "active" }).waitFor().catch((error) => {
    throw new Error(`The page complained of: ${complaints.join("\n")}`, { cause: error });
  });
  assert.deepEqual(JSON.parse(await output.textContent()), COUNTS);
  const picture = page.locator("rosterlab-playground figure").first();
  assert.notEqual(await picture.evaluate((figure) => getComputedStyle(figure).backgroundColor), "rgba(0, 0, 0, 0)");
  assert.deepEqual(complaints, []);
}

/** Serves what a project built, under the usual strict policy. */
async function served(t, folder) {
  const server = await startServer({ dist: folder });
  t.after(() => server.close());
  await shows(t, server.url);
}

for (const [version, package_] of [[7, "vite7"], [8, "vite"]]) {
  const vite = tool(package_, "bin/vite.js");

  test(`Vite ${version}, built`, async (t) => {
    await node("vite", vite, "build", "--logLevel", "warn");
    await served(t, join(example("vite"), "dist"));
  });

  test(`Vite ${version}, in development`, async (t) => {
    rmSync(join(MODULES, ".vite"), { recursive: true, force: true });
    const args = [vite, "--host", "127.0.0.1", "--port", "0", "--strictPort"];
    const server = spawn(process.execPath, args, { cwd: example("vite"), env: { ...process.env, NO_COLOR: "1" } });
    t.after(() => server.kill());
    let url;
    for await (const line of createInterface(server.stdout)) {
      url = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)?.[0];
      if (url) break;
    }
    assert.ok(url, "the server says where it is");
    await shows(t, url);
  });
}

test("esbuild", async (t) => {
  await node("esbuild", "build.mjs");
  await withIndex(t, "esbuild");
});

test("Rollup", async (t) => {
  await node("rollup", tool("rollup", "dist/bin/rollup"), "-c", "--silent");
  await withIndex(t, "rollup");
});

test("webpack 5", async (t) => {
  const build = `
    import webpack from "webpack";
    import config from "./webpack.config.js";
    webpack(config, (error, stats) => {
      const { errors, warnings } = stats?.compilation ?? { errors: [error], warnings: [] };
      const complaints = [...errors, ...warnings.filter(({ name }) => !/SizeLimit|NoAsyncChunks/.test(name))];
      if (complaints.length) throw complaints[0];
    });
  `;
  await node("webpack", "--input-type=module", "-e", build);
  await withIndex(t, "webpack");
});

/** Serves a bundle beside the project's page. */
async function withIndex(t, name) {
  cpSync(join(example(name), "index.html"), join(example(name), "dist/index.html"));
  await served(t, join(example(name), "dist"));
}
