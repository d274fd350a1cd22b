// The declared types are right: TypeScript accepts an example of every method and refuses mistakes, and the package's real
// results have exactly the declared fields.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import ts from "typescript";
import { PACKAGE, golden, read, rosterlab, scenarios, three } from "./rosterlab.mjs";

const folder = mkdtempSync(join(tmpdir(), "rosterlab-"));
after(() => rmSync(folder, { recursive: true }));

mkdirSync(join(folder, "node_modules"));
symlinkSync(PACKAGE, join(folder, "node_modules/rosterlab"));

/** TypeScript's messages on a module that imports the package, line by line. */
function complaints(source, options = {}, name = "example.mts") {
  const file = join(folder, name);
  writeFileSync(file, source);
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.esnext.disposable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
    ...options,
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

const example = `
import {
  AvailabilityCode, Playground, RuleCode, runScenario, succession, verdictOf, version,
  type Command, type Event, type Explanation, type Fault, type LogLine, type Loss, type Report, type RosterlabError,
  type Differs, type Scenario, type SuccessionRow, type Verdict, type View,
} from "rosterlab";

const scenario: Scenario = { cluster: { nodes: [{ id: "A101", rack: 1 }, { id: "B101" }] }, steps: [{ do: "migrate", at: "09:00:00" }] };
const playground: Playground = new Playground(scenario);
new Playground(JSON.stringify(scenario));
const command: Command = { do: "crash", nodes: ["A101"], settle: false };
const events: Event[] = playground.apply(command);
for (const event of events) {
  if (event.kind === "rebalanced") event.counts.active.toFixed();
  if (event.kind === "wrote") event.master?.length;
  if (event.kind === "members-left" && event.left[0].reason === "missed-most") event.left[0].tied.length;
  if (event.kind === "node-orphaned" && event.why.reason === "evicted") event.why.principal.length;
  if (event.kind === "write-lost") event.kept?.toFixed();
}
const wrong: Fault | null = playground.check({ do: "start", nodes: ["A101"] });
wrong?.code.length;
playground.apply({ do: "write", key: 5n, set: "s" });
playground.apply({ do: "expect", unavailable: 4096, rule: "half", partition: 1 });
playground.advance(1000).length;
const view: View = playground.view("main");
const verdicts: Uint8Array = view.subClusters[0]!.verdicts;
const masters: Uint16Array = view.subClusters[0]!.masters;
const orphans: string[] = view.orphans;
const settings: Scenario = {
  cluster: {
    nodes: [{ id: "A1", "stay-quiesced": true }], server: "7.1",
    namespaces: [{ name: "n", "replication-factor": 1, roster: "none", "prefer-uniform-balance": true, "auto-revive": true }],
    "heartbeat-interval-ms": 150, "heartbeat-timeout": 10, "min-cluster-size": 1, "migrate-threads": 0,
  },
  steps: [{ do: "add", id: "A2", "stay-quiesced": true }, { do: "expect", orphans: 0, fresh: { "at-most": 0 }, when: "always" }],
};
const why: Explanation = playground.explain(42, null, "A101");
const losses: Loss[] = [...playground.whatIf({ lose: 1 }), ...playground.whatIf({ nodes: ["A101"], unclean: true })];
const moved: boolean = playground.undo() || playground.redo() || playground.seek(0);
const lines: LogLine[] = playground.log(1);
const again: Scenario = playground.toScenario();
const html: string = playground.figure({ view: "why", partition: 5 }) + playground.figure();
const copied: string = playground.asTest("rust") + playground.asTest("javascript") + playground.asTest("scenario");
const link: string = playground.link();
const other: Playground = Playground.fromLink(link);
const differs: Differs | null = other.differs;
const numbers: number = playground.step + playground.steps + playground.namespaces.length;
const report: Report = runScenario(again);
const order: SuccessionRow[] = succession(["A101@1"], 2, 7);
const verdict: Verdict = verdictOf(verdicts[0]!);
const code: number = AvailabilityCode.Dead | (RuleCode.NoFullCopy << 2);
try { version(); } catch (error) { (error as RosterlabError).place?.length; }
other.free();
console.log(why, losses, moved, lines, differs, numbers, report.ndjson, order, verdict, code, html, copied, masters, orphans, settings);
`;

test("the types accept an example of every method", () => {
  assert.deepEqual(complaints(example), []);
});

test("the types refuse what the package refuses", () => {
  const mistakes = [
    "new Playground();",
    "new Playground(5);",
    'new Playground({ cluster: { nodes: [{ id: "A1", color: "red" }] } });',
    'playground.apply({ do: "explode" });',
    'playground.apply({ do: "crash", node: "A1" });',
    'playground.apply({ do: "migrate", settle: false });',
    'playground.advance("5");',
    "playground.seek();",
    "playground.view(5);",
    "playground.explain();",
    "playground.whatIf({});",
    "Playground.fromLink(5);",
    'playground.figure({ view: "sky" });',
    'playground.asTest("cobol");',
    "playground.steps = 5;",
    'succession("A1", 2);',
    "verdictOf();",
  ];
  const source = `import { Playground, succession, verdictOf } from "rosterlab";
declare const playground: Playground;
${mistakes.join("\n")}
`;
  const lines = new Set(complaints(source).map((complaint) => Number(/^line (\d+)/.exec(complaint)[1])));
  const passed = mistakes.filter((_, index) => !lines.has(index + 3));
  assert.deepEqual(passed, []);
});

/** Playgrounds and commands that make every kind of event at least once. */
function eventful() {
  const playground = new rosterlab.Playground({
    cluster: {
      nodes: [...three().cluster.nodes, { id: "B102", rack: 2 }],
      namespaces: [
        { name: "main", "replication-factor": 2, devices: 2 },
        { name: "ap", "replication-factor": 2, "strong-consistency": false },
      ],
    },
  });
  const namespace = "main";
  const sides = [["A101", "A102"], ["B101", "B102"]];
  const events = [
    { do: "write", namespace, key: "a" },
    { do: "read", namespace, key: "a" },
    { do: "read", namespace, key: "b" },
    { do: "cut", between: sides },
    { do: "write", namespace, key: "a", from: "A101" },
    { do: "write", namespace: "ap", key: "a", from: "A101" },
    { do: "write", namespace: "ap", key: "a", from: "B101" },
    { do: "heal" },
    { do: "migrate" },
    { do: "stop", nodes: ["A101"] },
    { do: "crash", nodes: ["A102"], settle: false },
    { do: "crash", nodes: ["B102"] },
    { do: "start", nodes: ["B102"] },
    { do: "wipe", nodes: ["A101"], device: 1 },
    { do: "wipe", nodes: ["A102"] },
    { do: "start", nodes: ["A101"] },
    { do: "start", nodes: ["A102"] },
    { do: "revive", namespace },
    { do: "recluster" },
    { do: "add", id: "C101", rack: 3 },
    { do: "move", nodes: ["A101"], rack: 4 },
    { do: "roster-set", namespace, nodes: "observed" },
    { do: "recluster", settle: false },
    { do: "quiesce", nodes: ["A101"] },
    { do: "quiesce-undo", nodes: ["A101"] },
    { do: "quiesce", nodes: ["A101", "A102", "B101", "B102", "C101"] },
    { do: "recluster" },
    { do: "stop", nodes: ["C101"] },
    { do: "remove", nodes: ["C101"] },
    { do: "roster-set", namespace, nodes: ["A101@4", "A102@1", "B101@2", "B102@2"] },
    { do: "recluster" },
    { do: "roster-set", namespace, nodes: ["B101@2", "B102@2"] },
    { do: "recluster" },
    { do: "crash", nodes: ["B102"] },
    { do: "roster-set", namespace, nodes: ["B101@2", "A101@4", "A102@1"] },
    { do: "recluster" },
    { do: "start", nodes: ["B102"] },
    { do: "roster-set", namespace, nodes: "observed" },
    { do: "recluster" },
  ].flatMap((command) => playground.apply(command));
  // Events that the first cluster cannot make: a newer server's marks, an orphan, a value that no node has any more.
  const newer = new rosterlab.Playground({
    cluster: {
      nodes: [...three().cluster.nodes, { id: "C101", rack: 3 }],
      server: "7.1",
      namespaces: [{ name: "main", "replication-factor": 2, "auto-revive": true }],
    },
  });
  const nodes = ["A101", "A102", "B101", "C101"];
  const more = [
    { do: "cut", between: [["A101"], ["A102"]] },
    { do: "heal" },
    { do: "crash", nodes: ["B101"] },
    { do: "start", nodes: ["B101"] },
    { do: "write", key: "a" },
    { do: "crash", nodes },
    { do: "wipe", nodes },
    { do: "start", nodes },
    { do: "cut", between: [["A101", "A102"], ["B101", "C101"]] },
    { do: "roster-set", namespace: "main", nodes: "observed", on: "A101" },
    { do: "heal" },
  ].flatMap((command) => newer.apply(command));
  newer.free();
  // Links with which clustering never settles.
  const ids = ["A100", "A101", "A102", "A103", "A105", "A106", "A107", "A108", "A109"];
  const restless = new rosterlab.Playground({ cluster: { nodes: ids.map((id) => ({ id })) } });
  const others = ids.filter((id) => id !== "A106");
  const cuts = ["0-5", "0-7", "1-8", "2-0", "2-7", "3-9", "7-1", "7-5", "9-2"].map((cut) => cut.split("-").map((n) => [`A10${n}`]));
  const without = [
    { do: "stop", nodes: ["A105"] },
    { do: "stop", nodes: others.filter((id) => id !== "A105") },
    ...cuts.map((between) => ({ do: "cut", between })),
    { do: "start", nodes: others },
  ].flatMap((command) => restless.apply(command));
  restless.free();
  // An upgrade that goes wrong in every way, and a node whose only seed is not there.
  const old = new rosterlab.Playground({
    cluster: { nodes: [{ id: "A1", server: "3.13" }, { id: "A2", server: "3.13", seeds: ["A9"] }, { id: "A3", server: "3.13" }] },
  });
  const upgrade = [
    { do: "stop", nodes: ["A1"] },
    { do: "start", nodes: ["A1"], server: "3.14" },
    { do: "stop", nodes: ["A2"] },
    { do: "start", nodes: ["A2"] },
    { do: "add", id: "A9", seeds: ["A3"] },
    { do: "stop", nodes: ["A1"] },
    { do: "start", nodes: ["A1"], server: "3.13.0.11" },
    { do: "migrate" },
    { do: "protocol-switch" },
  ].flatMap((command) => old.apply(command));
  old.free();
  const back = new rosterlab.Playground({ cluster: { nodes: [{ id: "A1" }] } });
  const forgotten = [{ do: "stop", nodes: ["A1"] }, { do: "start", nodes: ["A1"], server: "4.5" }].flatMap((command) => back.apply(command));
  back.free();
  return { playground, events: [...events, ...more, ...without, ...upgrade, ...forgotten] };
}

test("the package's results have the declared types", () => {
  const { playground, events } = eventful();
  const alone = new rosterlab.Playground({ ...three(), steps: [{ do: "crash", nodes: ["A101", "A102", "B101"] }] });
  const apart = new rosterlab.Playground({ ...three(), steps: [{ do: "cut", between: [["A101"], ["A102"]] }] });
  assert.deepEqual(apart.view().orphans, ["A101"]);
  // TypeScript needs only one event of each kind and set of values.
  const kinds = new Map(events.map((event) => [event.kind, event]));
  const lost = events.filter((event) => event.kind === "write-lost");
  assert.deepEqual([true, false].map((isLost) => lost.some(({ kept }) => (kept === null) === isLost)), [true, true]);
  const declared = read("crates/wasm/src/rosterlab.d.ts").split("export type Event")[1].split("/** A cluster")[0];
  const known = [...declared.matchAll(/kind: ((?:"[a-z-]+"(?: \| )?)+)/g)].flatMap(([, names]) => JSON.parse(`[${names.replaceAll(" | ", ",")}]`));
  assert.deepEqual([...kinds.keys()].sort(), known.sort(), "every kind of event is made");
  const values = {
    Event: [...kinds.values(), ...lost],
    View: [playground.view("main"), playground.view("ap"), alone.view(), apart.view()],
    Explanation: [playground.explain(0, "main"), playground.explain(1, "ap"), alone.explain(2), apart.explain(3, null, "A101")],
    Loss: [...playground.whatIf({ lose: 1 }), ...apart.whatIf({ lose: 1 })],
    LogLine: playground.log().slice(0, 50),
    Scenario: [playground.toScenario(), ...scenarios.map(({ text }) => JSON.parse(text))],
    Report: [golden.availability[0].scenario, golden.clustering[0].scenario, read("www/scenarios/consistent-or-available.json")].map((scenario) => rosterlab.runScenario(scenario)),
    SuccessionRow: rosterlab.succession(["A101@1", "B101@2"], 2, 0),
    Verdict: [rosterlab.verdictOf(0)],
    Differs: [rosterlab.Playground.fromLink("s1=0.0.9-7_a.n2S-main_0-A1~2_c1").differs],
    Fault: [playground.check({ do: "heal" }), playground.check({ do: "start", nodes: ["A101"] })],
  };
  const literal = (value) => {
    if (value instanceof Uint8Array) return "new Uint8Array(4096)";
    if (value instanceof Uint16Array) return "new Uint16Array(4096)";
    if (Array.isArray(value)) return `[${value.map(literal).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${literal(inner)}`).join(",")}}`;
  };
  const source = [
    `import type { ${Object.keys(values).join(", ")} } from "rosterlab";`,
    ...Object.entries(values).flatMap(([type, list]) => list.map((value) => `(${literal(value)}) satisfies ${type};`)),
  ].join("\n");
  assert.deepEqual(complaints(source), []);
  const less = source.replace('"markedClean":', '"marked":');
  assert.notEqual(less, source);
  assert.equal(complaints(less).length, 1, "a field that is called otherwise would be noticed");
});
