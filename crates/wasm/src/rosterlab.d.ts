/** A node's 64-bit id in upper-case hexadecimal, such as `"A101"`. */
export type NodeId = string;
/** A node of a roster with its rack: `"A101@1"`, or `"A101"` for rack 0. */
export type RosterEntry = string;

/** A scenario (see docs/scenario-format.md). An object may leave out `format` and `steps`. */
export interface Scenario {
  /** Where an editor finds the schema. */
  $schema?: string;
  format?: "rosterlab-scenario/1";
  title?: string;
  about?: string;
  cluster: {
    /** 1 to 256; with server 4.5.3, 1 to 128. */
    nodes: {
      id: NodeId;
      rack?: number;
      "stay-quiesced"?: boolean;
      name?: string;
      address?: string;
      quiesced?: boolean;
      down?: "clean" | "unclean";
      /** The version of its server, such as `"3.12"`; else the cluster's. */
      server?: string;
      /** Its mesh seeds; without, it finds the others by itself. */
      seeds?: NodeId[];
    }[];
    server?: Server;
    namespaces?: {
      name: string;
      "replication-factor": number;
      "strong-consistency"?: boolean;
      "commit-to-device"?: boolean;
      devices?: number;
      /** `"none"`: the namespace begins without a roster and with empty drives. */
      roster?: "all" | "none" | string[];
      "prefer-uniform-balance"?: boolean;
      /** From server 7.1. */
      "auto-revive"?: boolean;
      versions?: string;
    }[];
    "migrations-per-second"?: number;
    "migrate-fill-delay"?: number;
    /** 0 pauses migrations. */
    "migrate-threads"?: number;
    "heartbeat-interval-ms"?: number;
    /** After how many silent intervals a node counts as gone. */
    "heartbeat-timeout"?: number;
    "min-cluster-size"?: number;
  };
  steps?: Step[];
}

/** The content of a scenario's file as TypeScript reads imported JSON, with wider types; it is checked when it is read. */
export interface ScenarioFile {
  readonly format: string;
  readonly cluster: object;
  readonly steps?: readonly { readonly do: string }[];
}

/** The same data, in lists and objects that may be read-only. */
export type ReadonlyDeep<T> = T extends object ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> } : T;

/** What a scenario is read from: an object, a file's content, or its text. */
export type ScenarioInput = ReadonlyDeep<Scenario> | ScenarioFile | string;

/** The server whose rules for revived partitions apply. */
export type Server = "4.5.3" | "6.0" | "7.1";

/** A step of a scenario: a command, with fields that only a file has. */
export type Step = Command & { at?: string; say?: string };

/** A command, written like a step of a scenario. */
export type Command =
  | ({ do: "stop" | "crash" | "remove" | "quiesce" | "quiesce-undo"; nodes: NodeId[] } & Settles)
  | ({ do: "start"; nodes: NodeId[]; server?: string; "metadata-from-copy"?: boolean } & Settles)
  | ({ do: "protocol-switch" } & Settles)
  | ({ do: "wipe"; nodes: NodeId[]; device?: number } & Settles)
  | ({ do: "add"; id: NodeId; rack?: number; "stay-quiesced"?: boolean; server?: string; seeds?: NodeId[]; name?: string; address?: string } & Settles)
  | ({ do: "move"; nodes: NodeId[]; rack: number } & Settles)
  | ({ do: "cut"; between: NodeId[][] } & Settles)
  | ({ do: "heal"; between?: NodeId[][] } & Settles)
  | ({ do: "roster-set"; namespace?: string; nodes: RosterEntry[] | "observed"; on?: NodeId } & Settles)
  | ({ do: "recluster"; on?: NodeId } & Settles)
  | ({ do: "revive"; namespace?: string; nodes?: NodeId[] } & Settles)
  | { do: "migrate"; partitions?: number }
  | { do: "advance"; seconds: number }
  | ({ do: "write"; from?: NodeId; result?: Outcome } & RecordName & Settles)
  | ({ do: "read"; from?: NodeId; mode?: ReadMode; result?: Outcome; stale?: boolean } & RecordName & Settles)
  | ({ do: "expect" } & Expectation);

interface Settles {
  /**
   * `false`: the clusters only prepare their reaction, so that the next command interrupts it. A number: they react for so many
   * seconds at most, and the rest comes with the time of later steps.
   */
  settle?: boolean | number;
}

interface RecordName {
  namespace?: string;
  set?: string;
  key?: string | number | bigint;
  /** Forty hexadecimal digits, in place of `set` and `key`. */
  digest?: string;
}

/** A count that is expected: one number, or bounds, which are included. */
export type Count = number | { "at-least": number } | { "at-most": number } | { between: [number, number] };

interface Expectation {
  /** `"always"` and `"never"`: at every moment to the end of a run; a single step knows only its own moment. */
  when?: "now" | "always" | "never";
  namespace?: string;
  on?: NodeId;
  unavailable?: Count;
  dead?: Count;
  active?: Count;
  filling?: Count;
  fresh?: Count;
  sub_clusters?: Count;
  orphans?: Count;
  regime?: Count;
  roster_nodes_present?: Count;
  migrations?: Count;
  lost_writes?: Count;
  node?: NodeId;
  full?: Count;
  subset?: Count;
  evade?: Count;
  revived?: Count;
  data?: Count;
  master?: Count | NodeId;
  partition?: number;
  availability?: Availability;
  rule?: RuleName;
}

export type Availability = "active" | "unavailable" | "dead";
export type ReadMode = "session" | "linearize" | "allow-replica" | "allow-unavailable";
/** How a client's operation ended. */
export type Outcome = "ok" | "in-doubt" | "unavailable" | "not-found" | "stale-regime";
/** How a rule is known. */
export type Source = "documented" | "documented, seen in logs" | "inferred";
export type RuleName =
  | "too-few-nodes"
  | "no-data"
  | "super-majority"
  | "no-full-copy"
  | "all-replicas"
  | "majority"
  | "half"
  | "nothing-else"
  | "no-roster"
  | "no-cluster"
  | "ap";

/** Partitions by availability; the three add up to 4096. */
export interface Counts {
  active: number;
  unavailable: number;
  dead: number;
}

/** What a node has to send and receive, and the all-done signals that it has to give, in partitions. */
export interface Migrations {
  tx: number;
  rx: number;
  signals: number;
}

/** What happened, with the simulated milliseconds since the cluster was made. */
export type Event = { atMs: number } & (
  | { kind: "node-stopped"; node: NodeId; shutdown: "clean" | "unclean"; markedClean: boolean }
  | { kind: "node-started"; node: NodeId }
  | { kind: "server-changed"; node: NodeId; from: string; to: string }
  /** It went back to before 4.5.1 without the copy of its metadata. */
  | { kind: "rosters-forgotten"; node: NodeId }
  | { kind: "protocols-switched" }
  /** With the old protocols a rolling restart has to wait for migrations. */
  | { kind: "migrations-not-awaited"; node: NodeId }
  | { kind: "seeds-not-found"; node: NodeId; seeds: NodeId[] }
  | {
      kind: "evade-set" | "storage-untrusted";
      node: NodeId;
      namespace: string;
      why: "not-clean" | "empty-device";
      /** The devices that this is about, from 0. */
      devices: number[];
    }
  | { kind: "auto-revived"; node: NodeId; namespace: string; devices: number[] }
  | { kind: "drives-wiped"; node: NodeId; device: number | null }
  | { kind: "node-added"; node: NodeId; rack: number }
  | { kind: "node-removed"; node: NodeId }
  | { kind: "node-moved"; node: NodeId; from: number; to: number }
  | { kind: "links-cut" | "links-restored"; links: [NodeId, NodeId][] }
  | { kind: "roster-staged"; namespace: string; principal: NodeId; roster: RosterEntry[]; generation: number }
  | { kind: "recluster-answered"; principal: NodeId; ignoredBy: NodeId[] }
  | { kind: "revived" | "roster-protected"; node: NodeId; namespace: string; partitions: number }
  | { kind: "quiesce-set"; node: NodeId; quiesce: boolean }
  | { kind: "change-interrupted"; prepared: NodeId[] }
  | {
      /** After a cut, not every pair of a cluster's nodes was connected, so some left the cluster of its principal. */
      kind: "members-left";
      principal: NodeId;
      /** How many nodes it is about. */
      nodes: number;
      /** The links that are missing between them. */
      missing: [NodeId, NodeId][];
      left: ({ node: NodeId } & LeftBecause)[];
    }
  | { kind: "node-orphaned"; node: NodeId; why: OrphanedBecause }
  | { kind: "clusters-unsettled"; nodes: NodeId[] }
  | { kind: "cluster-formed"; principal: NodeId; clusterKey: string; nodes: NodeId[] }
  | { kind: "roster-in-force"; namespace: string; principal: NodeId; roster: RosterEntry[] }
  | {
      kind: "roster-given-up";
      namespace: string;
      /** The highest id of those that held the roster that won. */
      holder: NodeId;
      nodes: NodeId[];
      /** The generation of the roster that was given up, and that of the one that won. */
      generation: number;
      wins: number;
    }
  | { kind: "quiesce-ignored" | "migrations-done"; namespace: string; principal: NodeId }
  | {
      kind: "rebalanced";
      namespace: string;
      principal: NodeId;
      regime: { before: number; now: number };
      rosterNodes: { present: number; all: number };
      counts: Counts;
      /** Active partitions that came up empty. */
      fresh: number;
      byRule: { rule: RuleName; partitions: number }[];
      expectedMigrations: ({ node: NodeId } & Migrations)[];
    }
  | {
      kind: "wrote";
      namespace: string;
      digest: string;
      partition: number;
      master: NodeId | null;
      write: number;
      result: Outcome;
    }
  | {
      kind: "read";
      namespace: string;
      digest: string;
      partition: number;
      mode: ReadMode;
      node: NodeId | null;
      write: number | null;
      stale: boolean;
      result: Outcome;
    }
  /** `kept` is the write that replaced it, or `null` when no node has the value any more. */
  | { kind: "write-lost"; namespace: string; digest: string; write: number; kept: number | null }
);

/**
 * Why a node left its cluster: it does not hear the principal; it missed most links of those whom the principal had not left
 * out yet (`tied` missed as many and have higher ids); or most members preferred another principal.
 */
export type LeftBecause =
  | { reason: "unheard"; links: null; tied: null; preferred: null }
  | { reason: "missed-most"; links: number; tied: NodeId[]; preferred: null }
  | { reason: "preferred"; links: null; tied: null; preferred: NodeId };

/**
 * Why a node is an orphan: its principal left it out, it does not hear its principal, no cluster takes it in, most members
 * preferred another principal, the cluster would be too small, or its version does not know the cluster's protocols.
 */
export type OrphanedBecause =
  | { reason: "evicted" | "principal-gone"; principal: NodeId }
  | { reason: "not-taken-in" | "given-up" | "too-small" | StaysOut; principal: null };

/** Which protocols a node does not know, so that it stays out of the cluster: the old ones or those it was switched to. */
export type StaysOut = "protocols-not-switched" | "protocols-switched";

/** A cluster at one moment, for one namespace. */
export interface View {
  /** Simulated milliseconds since the cluster was made. */
  timeMs: number;
  server: Server;
  /** Whether the cluster has the protocols of 3.14 and later. */
  switched: boolean;
  /** The namespace that the fields of nodes and sub-clusters are about. */
  namespace: string;
  namespaces: {
    name: string;
    replicationFactor: number;
    strongConsistency: boolean;
    commitToDevice: boolean;
    devices: number;
    preferUniformBalance: boolean;
    autoRevive: boolean;
  }[];
  /** Highest id first, without removed nodes. */
  nodes: NodeView[];
  /** The links that are cut. */
  cuts: [NodeId, NodeId][];
  /** Highest principal first. */
  subClusters: SubClusterView[];
  /** Nodes that run but are in no cluster, highest id first. They serve nothing. */
  orphans: NodeId[];
  /** Whether a cluster change is pending. */
  changing: boolean;
  /** Whether a migration is under way or waiting. */
  migrating: boolean;
  /** Acknowledged writes lost so far. */
  lostWrites: number;
}

export interface NodeView {
  id: NodeId;
  rack: number;
  state: "up" | "starting" | "orphan" | "down-clean" | "down-unclean";
  /** Whether it is its sub-cluster's principal. */
  principal: boolean;
  /** An index into `subClusters`. */
  subCluster: number | null;
  quiesce: "no" | "pending" | "effective" | "undo-pending";
  /** Quiesced from every start on (a setting of the node). */
  stayQuiesced: boolean;
  /** The version of its server. */
  server: string;
  /** Why it runs and stays out of the cluster. */
  staysOut: StaysOut | null;
  /** Whether it runs and has found no other node by its seeds. */
  alone: boolean;
  brandNew: boolean;
  /** `null` in an AP namespace. */
  inRoster: boolean | null;
  regime: number;
  /** Each device's clean-shutdown mark. */
  devices: ("in-use" | "flushed" | "not-flushed" | "empty")[];
  /** Its versions by kind, in partitions. */
  copies: {
    master: number;
    full: number;
    subset: number;
    /** With `e`, empty versions too. */
    evade: number;
    /** Copies with `e`; the rest of `evade` are empty versions. */
    untrusted: number;
    revived: number;
    withData: number;
    filling: number;
  };
  remainingMigrations: Migrations;
}

export interface SubClusterView {
  principal: NodeId;
  /** In hexadecimal. */
  clusterKey: string;
  nodes: NodeId[];
  /** The roster in force. */
  roster: RosterEntry[];
  /** What `roster-set` has staged; equal to `roster` when nothing is staged. */
  pending: RosterEntry[];
  observed: RosterEntry[];
  rosterNodesPresent: number;
  regime: number;
  counts: Counts;
  /** Active partitions that came up empty: no node here had their data. They count as active too. */
  fresh: number;
  /** Active partitions whose copies are being filled. */
  filling: number;
  byRule: { rule: RuleName; partitions: number }[];
  /** As of the latest rebalance. */
  expectedMigrations: ({ node: NodeId } & Migrations)[];
  remainingMigrations: ({ node: NodeId } & Migrations)[];
  /**
   * One byte for each of the 4096 partitions: `byte & 3` is an `AvailabilityCode`, `(byte >> 2) & 15` a `RuleCode`,
   * `byte & 64` is set while copies are being filled, and `byte & 128` if the partition came up empty. `verdictOf(byte)`
   * gives it in words. The array is a copy, which later calls do not change.
   */
  verdicts: Uint8Array;
  /** For each partition the index, in the view's `nodes`, of the node that serves it; 65535 for none. */
  masters: Uint16Array;
}

/** The meaning of one byte of `verdicts`. */
export interface Verdict {
  availability: Availability;
  rule: RuleName;
  filling: boolean;
  fresh: boolean;
}

/** The results of two versions for one share link: how many partitions of each namespace are active in some sub-cluster. */
export interface Differs {
  /** The version that wrote the link. */
  madeBy: string;
  /** The result of that version; `null` when it is no longer known. */
  then: Record<string, number> | null;
  /** The result of this version. */
  now: Record<string, number>;
}

/** Why a partition is active, unavailable or dead. */
export interface Explanation {
  namespace: string;
  partition: number;
  /** The principal of the sub-cluster; `null` for a node in none, and when no node is in one. */
  principal: NodeId | null;
  server: Server;
  availability: Availability;
  /** The rule that decided, its sentence, and how it is known. */
  rule: RuleName;
  sentence: string;
  source: Source;
  /** The counts that the rules saw at the latest rebalance; `null` in AP and without a roster. */
  facts: {
    replicationFactor: number;
    roster: number;
    present: number;
    evading: number;
    revived: number;
    revivedByOperator: number;
    withData: number;
    full: number;
    unsubset: number;
    rosterReplicasPresent: number;
    rosterMasterPresent: boolean;
  } | null;
  /** Every rule, in the order in which they are asked; empty in AP and without a roster. */
  rules: {
    number: number | null;
    rule: RuleName;
    sentence: string;
    counts: string;
    answer: "passed" | "decided" | "not-reached";
    source: Source;
  }[];
  /** The roster's row, then nodes that are here but not in the roster; in AP the sub-cluster's row. */
  row: {
    node: NodeId;
    role: "roster-master" | "roster-replica" | "stand-in" | "other" | "not-in-roster";
    present: boolean;
    quiesced: boolean;
    replicaHere: boolean;
    workingMaster: boolean;
    version: string;
    full: boolean;
    filling: boolean;
    /**
     * What the rules saw of its copy at the latest rebalance, before that changed it; `null` for absent nodes, nodes outside
     * the roster, and in AP.
     */
    seen: { data: boolean; full: boolean; subset: boolean; evade: boolean; revived: boolean } | null;
  }[];
  /** The nodes of the row that are here, in the order in which they would serve: quiesced nodes last. */
  workingOrder: NodeId[];
  /** The whole explanation as text, as the command line prints it. */
  text: string;
}

/** What a figure shows; all fields are optional. */
export interface FigureOptions {
  /** By default `"map"`. */
  view?: "map" | "floor" | "roster" | "why" | "all";
  /** By default the first. */
  namespace?: string;
  /** The partition that is explained; by default the lowest of the worst ones. */
  partition?: number;
}

/** The losses to try: every set of a number of nodes, or the given nodes. `unclean` makes no difference until nodes return. */
export type Losses = { lose: number; unclean?: boolean } | { nodes: NodeId[]; unclean?: boolean };

/**
 * What a loss leaves: for each namespace, how many partitions would be active in no sub-cluster; for each AP namespace, how
 * many would be active and come up empty.
 */
export interface Loss {
  nodes: NodeId[];
  unavailable: Record<string, number>;
  /** Only if there is an AP namespace. */
  fresh?: Record<string, number>;
}

/** One line of a node's log. */
export interface LogLine {
  node: NodeId;
  atMs: number;
  level: "info" | "warning";
  text: string;
}

/** The report of a whole run. */
export interface Report {
  title: string;
  /** Whether all expectations hold. */
  holds: boolean;
  failures: { step: number; place: string; expected: string; found: string }[];
  /** Every step, as `rosterlab run --format ndjson` prints it. */
  steps: StepReport[];
  /** The same as text, byte for byte. */
  ndjson: string;
}

export interface StepReport {
  step: number;
  do: Command["do"];
  sub_clusters: {
    nodes: NodeId[];
    principal: NodeId;
    cluster_key: string;
    namespaces: Record<
      string,
      {
        roster_nodes_present?: number;
        regime?: number;
        active: number;
        unavailable: number;
        dead: number;
        /** Only for an AP namespace. */
        fresh?: number;
        expected_migrations: Record<NodeId, [tx: number, rx: number, signals: number]>;
      }
    >;
  }[];
  orphans: NodeId[];
  /** Nodes whose version keeps them out of the cluster. */
  stays_out?: Record<NodeId, StaysOut>;
  /** Nodes that run and have found none of their seeds. */
  alone?: NodeId[];
  result?: Outcome;
  stale?: boolean;
  failed?: { place: string; expected: string; found: string }[];
}

/** A row of the order of succession, and the replicas among its nodes. */
export interface SuccessionRow {
  partition: number;
  succession: NodeId[];
  replicas: NodeId[];
}

/** An error, as data. */
export interface Fault {
  /** The same from version to version: `"unknown-node"`, `"bad-input"` … (docs/api.md lists them). */
  code: string;
  /** `"steps[4].nodes[0]"`, or `null` when it is about the whole argument. */
  place: string | null;
  /** The place and the cause. */
  message: string;
}

/** What every function and method throws. */
export class RosterlabError extends Error implements Fault {
  constructor(code: string, place: string | null, message: string, options?: { cause?: unknown });
  name: "RosterlabError";
  code: string;
  place: string | null;
}

/** Whether a caught value is an error of this package, another copy's or another realm's too. */
export function isRosterlabError(error: unknown): error is RosterlabError;

declare global {
  interface SymbolConstructor {
    /** Not every library of TypeScript has it. */
    readonly dispose: unique symbol;
  }
}
