// Where the built site is, and where the sites of other people's tools are built.

import { fileURLToPath } from "node:url";

/** The built site: `ROSTERLAB_DIST`, or `dist` at the top of the project. */
export const DIST = process.env.ROSTERLAB_DIST || fileURLToPath(new URL("../../dist", import.meta.url));

/** The sites of other people's tools: `ROSTERLAB_HOSTS`, or `target/hosts` at the top of the project. */
export const BUILT = process.env.ROSTERLAB_HOSTS || fileURLToPath(new URL("../../target/hosts", import.meta.url));
