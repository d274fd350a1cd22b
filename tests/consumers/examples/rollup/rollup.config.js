import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";

/** Copies the module beside the bundle, where the package looks for it. */
const rosterlabModule = {
  name: "rosterlab-module",
  writeBundle({ dir }) {
    mkdirSync(dir, { recursive: true });
    copyFileSync(fileURLToPath(import.meta.resolve("rosterlab/rosterlab_bg.wasm")), `${dir}/rosterlab_bg.wasm`);
  },
};

export default {
  input: "src/main.js",
  output: { dir: "dist", format: "es" },
  plugins: [nodeResolve({ browser: true }), rosterlabModule],
};
