// Builds the pages of the recipes in docs/embedding.md into `dist/embed/examples`, as a reader would: a book by mdBook with
// included figures, and an MDX page by a remark plugin. `cargo xtask` runs this after it has built the page.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { evaluate } from "@mdx-js/mdx";
import { createElement } from "react";
import * as runtime from "react/jsx-runtime";
import { renderToStaticMarkup } from "react-dom/server";
import { DIST } from "./server.mjs";

const { ROSTERLAB_NATIVE: native, ROSTERLAB_PACKAGES: packages } = process.env;
assert.ok(native && packages, "cargo xtask sets ROSTERLAB_NATIVE and ROSTERLAB_PACKAGES");

const SOURCES = fileURLToPath(new URL("../../www/embed/", import.meta.url));
const SCENARIOS = fileURLToPath(new URL("../../www/scenarios/", import.meta.url));
const EMBED = join(DIST, "embed");
const EXAMPLES = join(EMBED, "examples");
const LOADED = ["rosterlab-embed.js", "rosterlab-live.js", "rosterlab.js", "rosterlab_bg.wasm", "rosterlab.css"];

/** mdBook: the book includes the figures' files, and contains the files that the element loads. */
function book() {
  const folder = join(EXAMPLES, "mdbook-source");
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(SOURCES, "examples/mdbook"), folder, { recursive: true });
  for (const name of ["figures", "rosterlab"]) mkdirSync(join(folder, "src", name));
  for (const name of LOADED) cpSync(join(EMBED, name), join(folder, "src/rosterlab", name));
  for (const line of readFileSync(join(folder, "figures.txt"), "utf8").trim().split("\n")) {
    const [file, scenario, ...options] = line.split(" ");
    const html = execFileSync(native, ["figure", join(SCENARIOS, scenario), ...options, "--src", scenario]);
    writeFileSync(join(folder, "src/figures", file), html);
    cpSync(join(SCENARIOS, scenario), join(folder, "src", scenario));
  }
  execFileSync("mdbook", ["build", "--dest-dir", join(EXAMPLES, "mdbook"), folder], { stdio: ["ignore", "ignore", "inherit"] });
  rmSync(folder, { recursive: true });
}

/** MDX: the plugin draws each figure with the package for Node.js. */
async function mdx() {
  const { Playground } = createRequire(import.meta.url)(join(packages, "nodejs/rosterlab.js"));
  const { default: remarkRosterlab } = await import(join(SOURCES, "remark-rosterlab.mjs"));
  const folder = join(SOURCES, "examples/mdx");
  for (const name of readdirSync(folder)) {
    const { default: Content } = await evaluate(readFileSync(join(folder, name), "utf8"), {
      ...runtime,
      remarkPlugins: [[remarkRosterlab, { Playground, folder: SCENARIOS }]],
    });
    const head = [
      createElement("meta", { key: "charset", charSet: "utf-8" }),
      createElement("title", { key: "title" }, "A page of MDX with a figure"),
      createElement("link", { key: "icon", rel: "icon", href: "../../icon.svg" }),
      createElement("link", { key: "look", rel: "stylesheet", href: "../rosterlab.css" }),
      createElement("link", { key: "page", rel: "stylesheet", href: "page.css" }),
      createElement("script", { key: "loader", type: "module", src: "../rosterlab-embed.js" }),
    ];
    const body = createElement("body", {}, createElement("main", {}, createElement(Content)));
    const page = createElement("html", { lang: "en" }, createElement("head", {}, head), body);
    const html = `<!doctype html>${renderToStaticMarkup(page)}\n`;
    writeFileSync(join(EXAMPLES, `mdx-${name.replace(/\.mdx$/, ".html")}`), html);
  }
}

book();
await mdx();
