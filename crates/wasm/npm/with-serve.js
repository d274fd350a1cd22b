// What `rosterlab/node` is for `import`: the package for Node.js, and `serve`.

import rosterlab from "./with-serve.cjs";

export * from "./node.js";

export const { serve } = rosterlab;
