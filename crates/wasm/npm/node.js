// The package for `import` in Node.js, Bun and Deno.

import rosterlab from "./node.cjs";

export const { AvailabilityCode, Playground, RosterlabError, RuleCode, isRosterlabError, runScenario, succession, verdictOf, version } = rosterlab;
