export * from "./index.js";

import type { ScenarioInput, Step } from "./index.js";

/** How a cluster is served. */
export interface ServeOptions {
  /** The command line's program; else the environment's ROSTERLAB_PROGRAM, else `rosterlab` on the path. */
  readonly program?: string;
  /** More arguments of `rosterlab serve`, such as `["--speed", "10"]`. */
  readonly arguments?: readonly string[];
}

/** What a request waits for: no cluster change is to come, or no migration either. */
export type Until = "settled" | "migrated";

/** A node's address. */
export interface ServedNode {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly rack: number;
}

/** A cluster that real clients can connect to. Everything that it refuses is a `RosterlabError` with code `refused`. */
export interface Served {
  /** The nodes, in the scenario's order. */
  readonly nodes: readonly ServedNode[];
  /** The address of the HTTP control. */
  readonly control: string;
  /** What the cluster is like now. */
  state(): Promise<Record<string, unknown>>;
  /** Does a step of the scenario format, or several. */
  do(steps: Step | readonly Step[], options?: { readonly until?: Until }): Promise<Record<string, unknown>>;
  /** Does the scenario's next step. */
  next(options?: { readonly until?: Until }): Promise<Record<string, unknown>>;
  /** Sets the cluster back to its start, without records. */
  reset(): Promise<Record<string, unknown>>;
  /** Does lines of the admin tool, connected to a node; gives what it prints. */
  admin(lines: string, options?: { readonly node?: string; readonly until?: Until }): Promise<string>;
  /** Ends the server. */
  stop(): Promise<void>;
}

/**
 * `scenario` is a file's path, or a scenario.
 *
 * Starts `rosterlab serve` as a child process, at free ports, and waits until clients can connect. It ends with this process,
 * or with `stop()`. Throws a `RosterlabError`: `no-program` if the program cannot be started, `refused` if it does not take the
 * scenario.
 */
export function serve(scenario: ScenarioInput, options?: ServeOptions): Promise<Served>;
