// The package for browsers and bundlers: the module is loaded when this is imported.

import init from "./init.js";

await init();

export * from "./init.js";
