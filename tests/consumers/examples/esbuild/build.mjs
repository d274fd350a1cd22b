import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

await build({ entryPoints: ["src/main.js"], outdir: "dist", bundle: true, minify: true, format: "esm", target: "es2022" });
// The package looks for its module beside the bundle.
copyFileSync(fileURLToPath(import.meta.resolve("rosterlab/rosterlab_bg.wasm")), "dist/rosterlab_bg.wasm");
