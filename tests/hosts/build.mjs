// Builds the sites of www/embed/examples with other people's tools, as docs/embedding.md tells their readers to, into
// `target/hosts`. `cargo xtask` runs this before the tests.
//
// A site's figures.txt has a figure in each line: the file, the scenario, and the options of `rosterlab figure`.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILT, DIST } from "./sites.mjs";

const { ROSTERLAB_NATIVE: native, ROSTERLAB_PYTHON: python } = process.env;
assert.ok(native && python, "cargo xtask sets ROSTERLAB_NATIVE and ROSTERLAB_PYTHON");

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const EXAMPLES = here("../../www/embed/examples");
const SCENARIOS = here("../../www/scenarios");
const MODULES = here("node_modules");
const LOADED = ["rosterlab-embed.js", "rosterlab-live.js", "rosterlab.js", "rosterlab_bg.wasm", "rosterlab.css"];

const run = (program, args, cwd) => {
  try {
    execFileSync(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1", ASTRO_TELEMETRY_DISABLED: "1" } });
  } catch ({ stdout, stderr }) {
    throw new Error(`${program} ${args.join(" ")}\n${stdout}\n${stderr}`);
  }
};

/** The figures of a site, by file. */
function figures(name) {
  const lines = readFileSync(join(EXAMPLES, name, "figures.txt"), "utf8").trim().split("\n");
  const drawn = lines.map((line) => {
    const [file, scenario, ...options] = line.split(" ");
    const from = [SCENARIOS, EXAMPLES].map((folder) => join(folder, scenario)).find(existsSync);
    return [file, execFileSync(native, ["figure", from, ...options], { encoding: "utf8" })];
  });
  return new Map(drawn);
}

/** Copies a site's sources, with its figures, the element's files in `files`/rosterlab and the scenario in `files`. */
function sources(name, files) {
  const folder = join(BUILT, `${name}-source`);
  cpSync(join(EXAMPLES, name), folder, { recursive: true });
  for (const [file, html] of figures(name)) {
    if (!file.includes(".")) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), html);
  }
  if (files !== undefined) publish(join(folder, files));
  return folder;
}

/** Puts the element's files and the scenario into a folder that is published. */
function publish(folder, scenarioIn = folder) {
  mkdirSync(join(folder, "rosterlab"), { recursive: true });
  for (const file of LOADED) cpSync(join(DIST, "embed", file), join(folder, "rosterlab", file));
  cpSync(join(SCENARIOS, "case-study.json"), join(scenarioIn, "case-study.json"));
}

const tool = (name) => join(dirname(python), name);
const to = (name) => join(BUILT, name);

const SITES = {
  mkdocs() {
    run(tool("mkdocs"), ["build", "--strict", "--quiet", "--site-dir", to("mkdocs")], sources("mkdocs", "docs"));
  },
  sphinx() {
    const folder = sources("sphinx");
    mkdirSync(join(folder, "_static"));
    publish(join(folder, "_static"), folder);
    run(tool("sphinx-build"), ["-q", "-W", "-b", "html", ".", to("sphinx")], folder);
  },
  pandoc() {
    const folder = sources("pandoc");
    mkdirSync(to("pandoc"));
    publish(to("pandoc"));
    const pandoc = execFileSync(python, ["-c", "import pypandoc; print(pypandoc.get_pandoc_path())"], { encoding: "utf8" }).trim();
    const parts = readdirSync(folder).filter((file) => file.endsWith(".md")).sort();
    run(pandoc, [...parts, "--standalone", "--include-in-header", "head.html", "-o", join(to("pandoc"), "index.html")], folder);
  },
  notebook() {
    const folder = sources("notebook");
    const file = join(folder, "rack.ipynb");
    const notebook = JSON.parse(readFileSync(file, "utf8"));
    // As if the cells had been run.
    for (const { data } of notebook.cells.flatMap(({ outputs = [] }) => outputs)) {
      const [text] = data["text/html"];
      if (text.endsWith(".html")) data["text/html"] = [readFileSync(join(folder, text), "utf8")];
    }
    writeFileSync(file, JSON.stringify(notebook));
    run(python, ["-m", "nbconvert", "--to", "html", "--theme", "dark", "--output-dir", to("notebook"), "--output", "index", file], folder);
    publish(to("notebook"));
  },
  vitepress() {
    const folder = sources("vitepress", "public");
    symlinkSync(MODULES, join(folder, "node_modules"));
    run(process.execPath, [join(MODULES, "vitepress/bin/vitepress.js"), "build", "--outDir", to("vitepress")], folder);
  },
  starlight() {
    const folder = sources("starlight", "public");
    symlinkSync(MODULES, join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    run(process.execPath, [join(MODULES, "astro/astro.js"), "build", "--outDir", to("starlight")], folder);
  },
  reveal() {
    let html = readFileSync(join(EXAMPLES, "reveal/index.html"), "utf8");
    for (const [place, figure] of figures("reveal")) html = html.replace(`<!-- ${place} -->`, () => figure);
    mkdirSync(to("reveal"));
    writeFileSync(join(to("reveal"), "index.html"), html);
    cpSync(join(MODULES, "reveal.js/dist"), join(to("reveal"), "reveal"), { recursive: true });
    publish(to("reveal"));
  },
};

const wanted = process.argv.slice(2);
mkdirSync(BUILT, { recursive: true });
for (const [name, build] of Object.entries(SITES)) {
  if (wanted.length && !wanted.includes(name)) continue;
  for (const old of [name, `${name}-source`]) rmSync(to(old), { recursive: true, force: true });
  const start = performance.now();
  build();
  rmSync(to(`${name}-source`), { recursive: true, force: true });
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
