// The package for Node.js, Bun and Deno, ready at once. `import` and `require` share this one instance.

const { RosterlabError, guarded, isRosterlabError } = require("./guard.cjs");

module.exports = { ...guarded(require("./bindings.cjs")), RosterlabError, isRosterlabError };
