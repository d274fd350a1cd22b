// Stands in the package's rosterlab-live.js for the part about files: a bundler moves and renames files, and the engine may be
// loaded already. The style sheet is text, because bundlers and their servers rewrite what they take for a page's own styles.

import init, { Playground } from "./init.js";
import style from "./style.js";

/** No playground is beside the package: a page names its own with the attribute `playground`. */
const HOME = null;

/** Loads the engine, which is that of `rosterlab` and `rosterlab/init`, and the text of the style sheet. */
async function files() {
  await init();
  return { Playground, style };
}
