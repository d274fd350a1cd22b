// Makes the files that fetch nothing, so that a page opens from a disk: `dist/embed/rosterlab-single.js`, which is the element with
// its engine and style for `rosterlab figure --single-file`, and `dist/rosterlab.html`, which is the whole playground with its console. Browsers
// fetch neither modules nor WebAssembly for a page under `file:`. `cargo xtask site` runs this after everything is built.
//
//     node single.mjs DIST

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = process.argv[2];

/** A module of WebAssembly as text. */
const packed = (file) => gzipSync(readFileSync(file), { level: 9 }).toString("base64");

/** A script's text that makes a module's bytes from its packed text. */
const unpacking = (text) =>
  `() => new Response(new Blob([Uint8Array.from(atob("${text}"), (letter) => letter.charCodeAt(0))]).stream()` +
  '.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer()';

/** A module with all that it imports as one classic script. */
async function bundled(options) {
  const { outputFiles } = await build({
    bundle: true,
    minify: true,
    format: "iife",
    // A page of one file has no other address.
    define: { "import.meta.url": "document.baseURI" },
    write: false,
    logLevel: "warning",
    legalComments: "none",
    ...options,
  });
  return outputFiles[0].text;
}

async function element() {
  const folder = join(DIST, "embed");
  const style = JSON.stringify(readFileSync(join(folder, "rosterlab.css"), "utf8")).replaceAll("</", "<\\/");
  const inlined = `var ROSTERLAB_INLINED={style:${style},module:${unpacking(packed(join(folder, "rosterlab_bg.wasm")))}};\n`;
  const script = await bundled({ entryPoints: [join(folder, "rosterlab-embed.js")] });
  writeFileSync(join(folder, "rosterlab-single.js"), inlined + script);
}

/** The part of boot.js that opens the annex. */
function opener() {
  const [, rest] = readFileSync(join(HERE, "..", "boot.js"), "utf8").split("// The annex. ");
  const [part, end] = rest.split("// The end of the annex.");
  if (end === undefined) throw new Error("boot.js has no part that opens the annex");
  return `// ${part}`;
}

async function playground() {
  const read = (name) => readFileSync(join(DIST, name), "utf8");
  const script = await bundled({
    stdin: {
      contents: `import init from "./rosterlab-app.js"; import initAnnex, * as glue from "./rosterlab-annex.js";
        import { start } from ${JSON.stringify(join(HERE, "start.mjs"))};
        const startAnnex = async () => {
          await initAnnex({ module_or_path: await (${unpacking(packed(join(DIST, "rosterlab-annex_bg.wasm")))})() });
          return glue;
        };
        ${opener()}
        start(async () => init({ module_or_path: await (${unpacking(packed(join(DIST, "rosterlab-app_bg.wasm")))})() }));`,
      resolveDir: DIST,
    },
  });
  const style = `${read("style.css")}\n${read("annex.css")}`;
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy =
    `default-src 'none'; script-src ${hash(script)} 'wasm-unsafe-eval'; style-src ${hash(style)}; img-src data:; ` +
    "base-uri 'none'; form-action 'none'";
  const icon = `data:image/svg+xml;base64,${Buffer.from(read("icon.svg")).toString("base64")}`;
  // Of the page itself: its language, its title and what it says without scripts.
  const page = read("index.html");
  const part = (pattern) => {
    const found = page.match(pattern);
    if (!found) throw new Error(`index.html has no ${pattern}`);
    return found[0];
  };
  writeFileSync(
    join(DIST, "rosterlab.html"),
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${part(/<title>.*?<\/title>/s)}
<link rel="icon" href="${icon}">
<style>${style}</style>
</head>
<body>
${part(/<div id="?app"?>.*?<\/div>/s)}
${part(/<aside [^>]*id="?console\b.*?<\/aside>/s)}
${part(/<dialog [^>]*id="?own\b.*?<\/dialog>/s)}
${part(/<noscript>.*?<\/noscript>/s)}
<script>${script}</script>
</body>
</html>
`,
  );
}

await element();
await playground();
