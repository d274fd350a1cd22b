// Tables of what JavaScript may pass in. Every value gives a result or an error with code and place. After an error nothing
// has changed, and the playground still works.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rosterlab, three, thrown } from "./rosterlab.mjs";

const { Playground, runScenario, succession, verdictOf } = rosterlab;

const cyclic = {};
cyclic.steps = [cyclic];
const deep = (levels) => Array.from({ length: levels }).reduce((inner) => [inner], 0);
const throwing = { get cluster() { throw new Error("not today"); } };
const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
})();
const endless = new Proxy([], { get: (list, key) => (key === "length" ? 4e9 : key in list ? list[key] : "x".repeat(1e4)) });
const steps = (...list) => ({ ...three(), steps: list });
const text = (value) => JSON.stringify({ format: "rosterlab-scenario/1", steps: [], ...value });

for (const [what, scenario, code, place] of [
  ["nothing", undefined, "bad-input", null],
  ["null", null, "bad-input", null],
  ["a number", 5, "bad-input", null],
  ["NaN", NaN, "bad-input", null],
  ["true", true, "bad-input", null],
  ["a bigint", 10n, "bad-input", null],
  ["a symbol", Symbol("a"), "bad-input", null],
  ["a function", () => 1, "bad-input", null],
  ["a list", [], "bad-input", null],
  ["an object without a cluster", {}, "bad-input", null],
  ["a date", new Date(), "bad-input", null],
  ["a map", new Map([["cluster", 1]]), "bad-input", null],
  ["a typed array", new Uint8Array(4), "bad-input", "0"],
  ["empty text", "", "bad-input", "line 1 column 0"],
  ["text that is not JSON", "{cluster", "bad-input", "line 1 column 2"],
  ["text without a format", JSON.stringify(three()), "bad-input", null],
  ["text of another format", text({ format: "rosterlab-scenario/9" }), "unknown-format", "format"],
  ["text with a key twice", '{"a":1,"a":2}', "bad-input", "line 1 column 10"],
  ["text of 20 MB", " ".repeat(20_000_000), "too-long", null],
  ["a title of 20 MB", { ...three(), title: "x".repeat(20_000_000) }, "too-long", null],
  ["a key of 20 MB", { ["x".repeat(20_000_000)]: 1 }, "too-long", null],
  ["many short texts", { ...three(), steps: Array(3_000_000).fill("x") }, "too-long", null],
  ["a lone surrogate", { ...three(), title: "\ud800" }, "bad-input", /^line 1 column/],
  ["null deep inside", steps({ do: "heal", between: null }), "bad-input", "steps[0].between"],
  ["undefined in a list", steps(undefined), "bad-input", "steps[0]"],
  ["a hole in a list", { ...three(), steps: [, 1] }, "bad-input", "steps[0]"],
  ["NaN deep inside", steps({ do: "advance", seconds: NaN }), "bad-input", "steps[0].seconds"],
  ["infinity", steps({ do: "advance", seconds: -Infinity }), "bad-input", "steps[0].seconds"],
  ["a symbol inside", { ...three(), title: Symbol("a") }, "bad-input", "title"],
  ["a function inside", { ...three(), about() {} }, "bad-input", "about"],
  ["an object within itself", cyclic, "bad-input", /^steps\[0\]\.steps\[0\]/],
  ["100,000 levels", { steps: deep(100_000) }, "bad-input", /^steps\[0\]\[0\]/],
  ["a getter that throws", throwing, "bad-input", "cluster"],
  ["a revoked proxy", revoked, "bad-input", null],
  ["an endless list", { steps: endless }, "too-long", null],
  ["no nodes", { cluster: { nodes: [] } }, "bad-cluster", "cluster.nodes"],
  ["a node twice", { cluster: { nodes: [{ id: "A1" }, { id: "0a1" }] } }, "bad-cluster", "cluster.nodes[1].id"],
  ["a node's id that is none", { cluster: { nodes: [{ id: "X" }] } }, "bad-input", "cluster.nodes[0].id"],
  ["a node's id that is a number", { cluster: { nodes: [{ id: 7 }] } }, "bad-input", "cluster.nodes[0].id"],
  ["129 nodes", { cluster: { nodes: Array.from({ length: 129 }, (_, i) => ({ id: (i + 1).toString(16) })) } }, "bad-cluster", "cluster.nodes"],
  ["257 nodes of a newer server", { cluster: { nodes: Array.from({ length: 257 }, (_, i) => ({ id: (i + 1).toString(16) })), server: "7.1" } }, "bad-cluster", "cluster.nodes"],
  ["a server that is none", { cluster: { nodes: [{ id: "A1" }], server: "5" } }, "bad-input", "cluster.server"],
  ["a tie-breaker that is text", { cluster: { nodes: [{ id: "A1", "stay-quiesced": "yes" }] } }, "bad-input", "cluster.nodes[0].stay-quiesced"],
  ["auto-revive before 7.1", { cluster: { nodes: [{ id: "A1" }], server: "6.0", namespaces: [{ name: "n", "replication-factor": 1, "auto-revive": true }] } }, "bad-cluster", "cluster.namespaces[0].auto-revive"],
  ["a starting roster that is none of the two", { cluster: { nodes: [{ id: "A1" }], namespaces: [{ name: "n", "replication-factor": 1, roster: "some" }] } }, "bad-input", "cluster.namespaces[0].roster"],
  ["a uniform balance that is a number", { cluster: { nodes: [{ id: "A1" }], namespaces: [{ name: "n", "replication-factor": 1, "prefer-uniform-balance": 1 }] } }, "bad-input", "cluster.namespaces[0].prefer-uniform-balance"],
  ["a heartbeat too often", { cluster: { nodes: [{ id: "A1" }], "heartbeat-interval-ms": 49 } }, "bad-input", "cluster.heartbeat-interval-ms"],
  ["a heartbeat timeout too short", { cluster: { nodes: [{ id: "A1" }], "heartbeat-timeout": 2 } }, "bad-input", "cluster.heartbeat-timeout"],
  ["too many migrate-threads", { cluster: { nodes: [{ id: "A1" }], "migrate-threads": 101 } }, "bad-input", "cluster.migrate-threads"],
  ["a least cluster larger than the cluster", { cluster: { nodes: [{ id: "A1" }], "min-cluster-size": 2 } }, "bad-cluster", "cluster.min-cluster-size"],
  ["a rack too high", { cluster: { nodes: [{ id: "A1", rack: 1e7 }] } }, "bad-input", "cluster.nodes[0].rack"],
  ["a rack of 2^64", { cluster: { nodes: [{ id: "A1", rack: 2n ** 64n }] } }, "bad-input", "cluster.nodes[0].rack"],
  ["an unknown field", { ...three(), nodes: 3 }, "bad-input", "nodes"],
  ["an unknown field inside", { cluster: { nodes: [{ id: "A1", color: "red" }] } }, "bad-input", "cluster.nodes[0].color"],
  ["steps that are no list", { ...three(), steps: {} }, "bad-input", "steps"],
  ["10,001 steps", steps(...Array(10_001).fill({ do: "migrate" })), "too-many-steps", "steps"],
  ["an unknown action", steps({ do: "explode" }), "unknown-action", "steps[0].do"],
  ["an unknown node", steps({ do: "migrate" }, { do: "stop", nodes: ["A101", "A109"] }), "unknown-node", "steps[1].nodes[1]"],
  ["a start of a node that is up", steps({ do: "start", nodes: ["A101"] }), "node-is-up", "steps[0].nodes[0]"],
  ["a clock that goes back", steps({ do: "migrate", at: "10:00:00" }, { do: "migrate", at: "09:00:00" }), "clock-backwards", "steps[1].at"],
  ["an unknown namespace", steps({ do: "revive", namespace: "other" }), "unknown-namespace", "steps[0].namespace"],
  ["a step that expects nothing", steps({ do: "expect" }), "bad-expectation", "steps[0]"],
]) {
  test(`not a scenario: ${what}`, () => {
    for (const call of [() => new Playground(scenario), () => runScenario(scenario)]) {
      const error = thrown(call);
      assert.equal(error.code, code, error.message);
      if (place instanceof RegExp) assert.match(error.place, place);
      else assert.equal(error.place, place, error.message);
      assert.ok(error.message.length < 900, `${error.message.length} characters`);
    }
  });
}

test("what is misspelt is told with what was probably meant", () => {
  const playground = new Playground(three());
  const said = (call) => thrown(call).message;
  assert.equal(said(() => new Playground({ ...three(), tilte: "" })), "tilte: unknown field `tilte`; did you mean `title`?");
  for (const [command, message] of [
    [{ do: "crsh", nodes: ["A101"] }, 'do: unknown action "crsh"; did you mean "crash"?'],
    [{ do: "crash", node: ["A101"] }, "node: unknown field `node`; did you mean `nodes`?"],
  ]) {
    assert.equal(said(() => playground.apply(command)), message);
    assert.equal(playground.check(command).message, message);
  }
  assert.equal(said(() => playground.whatIf({ loose: 1 })), "loose: unknown field `loose`; did you mean `lose`?");
  assert.equal(said(() => playground.figure({ veiw: "map" })), "veiw: there is no such option; did you mean view?");
  // Where nothing is near, all that may stand there is told.
  assert.match(said(() => playground.apply({ do: "explode" })), /the actions are .*crash.*recluster/);
  assert.match(said(() => playground.figure({ colour: "map" })), /^colour: there is no such option, only .*view/);
  playground.free();
});

const commands = [
  ["nothing", undefined, "bad-input", null],
  ["null", null, "bad-input", null],
  ["text", '{"do":"migrate"}', "bad-input", null],
  ["a list", [], "bad-input", null],
  ["no action", {}, "bad-input", null],
  ["an action that is not text", { do: 7 }, "bad-input", "do"],
  ["an unknown action", { do: "explode" }, "unknown-action", "do"],
  ["an unknown field", { do: "crash", nodes: ["A101"], node: "A101" }, "bad-input", "node"],
  ["nodes that are not a list", { do: "crash", nodes: "A101" }, "bad-input", "nodes"],
  ["a node that is not text", { do: "crash", nodes: ["A101", 5] }, "bad-input", "nodes[1]"],
  ["no nodes", { do: "crash", nodes: [] }, "no-nodes", "nodes"],
  ["a node twice", { do: "crash", nodes: ["A101", "A101"] }, "node-twice", "nodes[1]"],
  ["an unknown node", { do: "crash", nodes: ["A109"] }, "unknown-node", "nodes[0]"],
  ["a start of a node that is up", { do: "start", nodes: ["A101"] }, "node-is-up", "nodes[0]"],
  ["a stop of a node that is down", { do: "stop", nodes: ["B101"] }, "node-is-down", "nodes[0]"],
  ["a node that exists already", { do: "add", id: "A101" }, "node-exists", "id"],
  ["a move to the node's own rack", { do: "move", nodes: ["A101"], rack: 1 }, "same-rack", "nodes[0]"],
  ["a cut with one side", { do: "cut", between: [["A101"]] }, "one-side", "between"],
  ["a heal of nothing", { do: "heal" }, "nothing-cut", null],
  ["an unknown device", { do: "wipe", nodes: ["B101"], device: 4 }, "unknown-device", "device"],
  ["no quiesce to undo", { do: "quiesce-undo", nodes: ["A101"] }, "not-quiesced", "nodes[0]"],
  ["an unknown namespace", { do: "revive", namespace: "other" }, "unknown-namespace", "namespace"],
  ["a roster that cannot be read", { do: "roster-set", nodes: ["A101@x"] }, "bad-input", "nodes[0]"],
  ["an unknown `on`", { do: "recluster", on: "A109" }, "unknown-node", "on"],
  ["seconds that are text", { do: "advance", seconds: "1" }, "bad-input", "seconds"],
  ["seconds that are NaN", { do: "advance", seconds: NaN }, "bad-input", "seconds"],
  ["too many seconds", { do: "advance", seconds: 1e12 }, "bad-input", "seconds"],
  ["no partitions", { do: "migrate", partitions: 0 }, "bad-input", "partitions"],
  ["a half partition", { do: "migrate", partitions: 0.5 }, "bad-input", "partitions"],
  ["`settle` for an action that has nothing to settle", { do: "migrate", settle: false }, "nothing-settles", "settle"],
  ["a record without a name", { do: "write" }, "which-record", null],
  ["a key of 65 bits", { do: "write", key: 2n ** 64n }, "bad-input", "key"],
  ["an expectation of nothing", { do: "expect" }, "bad-expectation", null],
  ["an expectation without its node", { do: "expect", full: 1 }, "bad-expectation", "full"],
  ["an expectation that does not hold", { do: "expect", dead: 7 }, "expectation-failed", "dead"],
  ["a read with another result than expected", { do: "read", key: 1, result: "ok" }, "expectation-failed", "result"],
  ["a node that is in no cluster", { do: "expect", on: "B101", dead: 0 }, "in-no-cluster", "on"],
  ["a getter that throws", { get do() { throw 5; } }, "bad-input", "do"],
];

/** A playground with one step undone and a node down. */
function underWay() {
  const playground = new Playground(three());
  playground.apply({ do: "crash", nodes: ["B101"] });
  playground.apply({ do: "migrate" });
  playground.undo();
  return playground;
}

for (const [what, command, code, place] of commands) {
  test(`a refused command: ${what}`, () => {
    const playground = underWay();
    const before = JSON.stringify([playground.view(), playground.toScenario(), playground.steps, playground.step]);
    const error = thrown(() => playground.apply(command));
    assert.equal(error.code, code, error.message);
    assert.equal(error.place, place, error.message);
    assert.deepEqual(playground.check(command), error, "check says the same");
    assert.equal(JSON.stringify([playground.view(), playground.toScenario(), playground.steps, playground.step]), before);
    assert.equal(playground.redo(), true, "the undone step is still there");
    assert.equal(playground.apply({ do: "start", nodes: ["B101"] })[0].kind, "node-started");
    playground.free();
  });
}

for (const [what, call, code, place] of [
  ["advance by nothing", (p) => p.advance(), "bad-input", "ms"],
  ["advance by text", (p) => p.advance("5"), "bad-input", "ms"],
  ["advance by NaN", (p) => p.advance(NaN), "bad-input", "ms"],
  ["advance by a fraction", (p) => p.advance(0.5), "bad-input", "ms"],
  ["advance backwards", (p) => p.advance(-1), "bad-input", "ms"],
  ["advance for ever", (p) => p.advance(Infinity), "bad-input", "ms"],
  ["advance by a bigint", (p) => p.advance(5n), "bad-input", "ms"],
  ["seek to nothing", (p) => p.seek(), "bad-input", "n"],
  ["seek before the first", (p) => p.seek(-1), "bad-input", "n"],
  ["seek to a half", (p) => p.seek(0.5), "bad-input", "n"],
  ["log from text", (p) => p.log("x"), "bad-input", "from"],
  ["view of a number", (p) => p.view(5), "bad-input", "namespace"],
  ["view of an unknown namespace", (p) => p.view("other"), "unknown-namespace", "namespace"],
  ["explain nothing", (p) => p.explain(), "bad-input", "partition"],
  ["explain partition 4096", (p) => p.explain(4096), "bad-input", "partition"],
  ["explain NaN", (p) => p.explain(NaN), "bad-input", "partition"],
  ["explain text", (p) => p.explain("42"), "bad-input", "partition"],
  ["explain an unknown namespace", (p) => p.explain(0, "x".repeat(1000)), "unknown-namespace", "namespace"],
  ["explain on no node", (p) => p.explain(0, "main", "zz"), "bad-input", "on"],
  ["explain on an unknown node", (p) => p.explain(0, "main", "A109"), "unknown-node", "on"],
  ["explain on a node that is down", (p) => p.explain(0, null, "B101"), "node-is-down", "on"],
  ["a figure of a number", (p) => p.figure(5), "bad-input", "options"],
  ["a figure with a misspelt option", (p) => p.figure({ veiw: "map" }), "bad-input", "veiw"],
  ["a figure whose option throws", (p) => p.figure({ get view() { throw new Error("not today"); } }), "bad-input", "view"],
  ["a figure of no view", (p) => p.figure({ view: "sky" }), "bad-input", "view"],
  ["a figure of an unknown namespace", (p) => p.figure({ namespace: "other" }), "unknown-namespace", "namespace"],
  ["a figure of partition 4096", (p) => p.figure({ partition: 4096 }), "bad-input", "partition"],
  ["a test of no kind", (p) => p.asTest(), "bad-input", "kind"],
  ["a test of an unknown kind", (p) => p.asTest("cobol"), "bad-input", "kind"],
  ["lose nothing", (p) => p.whatIf(), "bad-input", null],
  ["lose a number", (p) => p.whatIf(1), "bad-input", null],
  ["lose neither", (p) => p.whatIf({}), "bad-input", null],
  ["lose both", (p) => p.whatIf({ lose: 1, nodes: ["A101"] }), "bad-input", null],
  ["lose none", (p) => p.whatIf({ lose: 0 }), "bad-input", "lose"],
  ["lose 257", (p) => p.whatIf({ lose: 257 }), "bad-input", "lose"],
  ["lose 256 of three", (p) => p.whatIf({ lose: 256 }), "cannot-lose", "lose"],
  ["lose more than are up", (p) => p.whatIf({ lose: 3 }), "cannot-lose", "lose"],
  ["lose an unknown node", (p) => p.whatIf({ nodes: ["A101", "A109"] }), "unknown-node", "nodes[1]"],
  ["lose a node twice", (p) => p.whatIf({ nodes: ["A102", "A101", "A102"] }), "node-twice", "nodes[2]"],
  ["lose what is down", (p) => p.whatIf({ nodes: ["B101"] }), "node-is-down", "nodes[0]"],
  ["lose with an unknown field", (p) => p.whatIf({ lose: 1, how: "fast" }), "bad-input", "how"],
  ["follow nothing", () => Playground.fromLink(), "bad-input", "link"],
  ["follow a number", () => Playground.fromLink(5), "bad-input", "link"],
  ["follow something else", () => Playground.fromLink("hello"), "bad-link", "character 1"],
  ["follow 20 MB", () => Playground.fromLink("s1=".padEnd(20_000_000, "x")), "too-long", "link"],
  ["follow 20,000 characters", () => Playground.fromLink("s1=".padEnd(20_000, "x")), "link-too-long", /^character \d+$/],
  ["follow an address with something else", () => Playground.fromLink("https://example.org/#hello"), "bad-link", "character 22"],
  ["follow a link cut short", (p) => Playground.fromLink(p.link().slice(0, -1)), "bad-link", /^character \d+$/],
  ["follow a link with more than is true", (p) => Playground.fromLink(`${p.link()}_c2`), "node-is-down", /^character \d+$/],
  ["a roster of nothing", () => succession(), "bad-input", "roster"],
  ["a roster that is text", () => succession("A101", 2), "bad-input", "roster"],
  ["an empty roster", () => succession([], 2), "no-nodes", "roster"],
  ["a roster with a node twice", () => succession(["A1", "A1@2"], 2), "node-twice", "roster[1]"],
  ["a roster with no node", () => succession(["A1", "?"], 2), "bad-input", "roster[1]"],
  ["a roster of 257", () => succession(Array(257).fill("A1"), 2), "bad-input", "roster"],
  ["a replication factor of 0", () => succession(["A1"], 0), "bad-input", "replicationFactor"],
  ["a replication factor of 129", () => succession(["A1"], 129), "bad-input", "replicationFactor"],
  ["partition -1", () => succession(["A1"], 1, -1), "bad-input", "partition"],
  ["code 3", () => verdictOf(3), "bad-input", "code"],
  ["code 172, of an unknown rule", () => verdictOf(128 | (11 << 2)), "bad-input", "code"],
  ["code 256", () => verdictOf(256), "bad-input", "code"],
  ["no code", () => verdictOf(), "bad-input", "code"],
]) {
  test(`an invalid argument: ${what}`, () => {
    const playground = underWay();
    const error = thrown(() => call(playground));
    assert.equal(error.code, code, error.message);
    if (place instanceof RegExp) assert.match(error.place, place);
    else assert.equal(error.place, place, error.message);
    assert.equal(playground.view().subClusters[0].counts.active, 4096, "it still works");
    playground.free();
  });
}

test("with several namespaces, one must be named", () => {
  const { cluster } = three();
  cluster.namespaces = ["a", "b"].map((name) => ({ name, "replication-factor": 2 }));
  const playground = new Playground({ cluster });
  assert.deepEqual(playground.namespaces, ["a", "b"]);
  assert.equal(thrown(() => playground.view()).code, "which-namespace");
  assert.equal(thrown(() => playground.explain(1)).message, "namespace: which namespace? There are a, b");
  assert.equal(playground.view("b").namespace, "b");
  assert.deepEqual(Object.keys(playground.whatIf({ lose: 1 })[0].unavailable), ["a", "b"]);
});

test("an orphan's roster commands are refused, and so is a tie-breaker's quiesce", () => {
  const nodes = ["A1", "A2", "A3"].map((id) => ({ id, "stay-quiesced": id === "A3" }));
  const playground = new Playground({ cluster: { nodes } });
  const refused = (command) => (({ code, place }) => [code, place])(playground.check(command));
  assert.deepEqual(refused({ do: "quiesce", nodes: ["A3"] }), ["already-quiesced", "nodes[0]"]);
  assert.deepEqual(refused({ do: "quiesce-undo", nodes: ["A3"] }), ["stays-quiesced", "nodes[0]"]);
  const view = playground.view();
  assert.deepEqual(view.nodes.map(({ quiesce, stayQuiesced }) => [quiesce, stayQuiesced]), [
    ["effective", true],
    ["no", false],
    ["no", false],
  ]);
  const events = playground.apply({ do: "cut", between: [["A1"], ["A2"]] });
  assert.deepEqual(playground.view().orphans, ["A1"]);
  assert.deepEqual(events.find(({ kind }) => kind === "node-orphaned").why, { reason: "evicted", principal: "A3" });
  assert.deepEqual(refused({ do: "recluster", on: "A1" }), ["in-no-cluster", "on"]);
  assert.deepEqual(refused({ do: "roster-set", nodes: "observed", on: "A1" }), ["in-no-cluster", "on"]);
  assert.deepEqual(refused({ do: "expect", on: "A1", unavailable: 4096 }), ["in-no-cluster", "on"]);
  assert.deepEqual(playground.apply({ do: "expect", orphans: 1, sub_clusters: 1 }), []);
  const { availability, rule, principal } = playground.explain(7, null, "A1");
  assert.deepEqual([availability, rule, principal], ["unavailable", "no-cluster", null]);
  assert.equal(playground.apply({ do: "cut", between: [["A1"], ["A2"]] }).length, 0, "cut links stay cut");
  const small = new Playground({ cluster: { nodes, "min-cluster-size": 2 }, steps: [{ do: "stop", nodes: ["A2", "A3"] }] });
  assert.deepEqual([small.view().orphans, small.view().subClusters], [["A1"], []]);
  assert.deepEqual(small.apply({ do: "expect", unavailable: 4096, sub_clusters: 0 }), []);
  assert.equal(thrown(() => small.apply({ do: "recluster" })).code, "no-cluster");
});

test("a cluster may have 256 nodes, and the last of them can be a master", () => {
  const nodes = Array.from({ length: 256 }, (_, i) => ({ id: (i + 1).toString(16) }));
  const playground = new Playground({ cluster: { nodes, server: "7.1" } });
  const view = playground.view();
  const { masters } = view.subClusters[0];
  assert.ok(masters instanceof Uint16Array);
  assert.deepEqual([...new Set(masters)].sort((a, b) => a - b), Array.from({ length: 256 }, (_, i) => i));
  assert.deepEqual([view.namespaces[0].preferUniformBalance, view.namespaces[0].autoRevive], [true, false]);
  playground.free();
});

test("a cluster that begins without a roster has all partitions unavailable until it gets one", () => {
  const namespaces = [{ name: "main", "replication-factor": 2, roster: "none" }];
  const playground = new Playground({ cluster: { ...three().cluster, namespaces } });
  assert.equal(playground.view().subClusters[0].counts.unavailable, 4096);
  playground.apply({ do: "roster-set", nodes: "observed" });
  const rebalanced = playground.apply({ do: "recluster" }).find(({ kind }) => kind === "rebalanced");
  assert.deepEqual([rebalanced.counts.active, rebalanced.fresh], [4096, 4096]);
  const [here] = playground.view().subClusters;
  assert.equal(here.fresh, 4096);
  assert.deepEqual(verdictOf(here.verdicts[0]), { availability: "active", rule: "no-data", filling: false, fresh: true });
});

test("an undefined field counts as left out, and bigints as whole numbers", () => {
  const playground = new Playground({ ...three(), title: undefined, steps: undefined });
  assert.equal(playground.steps, 0);
  const [wrote] = playground.apply({ do: "write", key: 2n ** 62n, from: undefined });
  assert.equal(wrote.result, "ok");
  assert.equal(playground.apply({ do: "read", key: 4611686018427387904n })[0].digest, wrote.digest);
});

test("a call from within a getter is done first, completely", () => {
  const playground = underWay();
  const command = {
    do: "crash",
    get nodes() {
      playground.redo();
      return [playground.view().nodes[2].id];
    },
  };
  assert.equal(playground.apply(command)[0].node, "A101");
  assert.equal(playground.step, 3);
  playground.free();
});

test("fields are an object's own: what is inherited, or put on a prototype, is none", () => {
  const inherited = Object.create({ steps: [{ do: "crash", nodes: ["A101"] }], format: "rosterlab-scenario/9" });
  assert.equal(new Playground(Object.assign(inherited, three())).steps, 0);
  assert.equal(thrown(() => new Playground(Object.create(three()))).code, "bad-input");
  const polluted = { steps: 5, format: 5, cluster: 5, view: "sky", place: "somewhere", code: "none" };
  const refuse = () => assert.fail("a setter on a prototype was called");
  try {
    Object.assign(Object.prototype, polluted);
    for (const key of ["code", "place"]) Object.defineProperty(Object.prototype, key, { set: refuse, configurable: true });
    const playground = new Playground(three());
    assert.match(playground.figure({}), /^<figure/);
    const { code, place } = thrown(() => playground.apply({ do: "crash", nodes: ["A109"] }));
    assert.deepEqual([code, place], ["unknown-node", "nodes[0]"]);
    assert.equal(thrown(() => new Playground({})).code, "bad-input");
  } finally {
    for (const key of Object.keys(polluted)) delete Object.prototype[key];
  }
});

test("a playground may be freed from within a getter of its own command", () => {
  const playground = new Playground(three());
  const command = (then) => ({
    do: "crash",
    get nodes() {
      playground.free();
      return then();
    },
  });
  assert.equal(playground.apply(command(() => ["A101"]))[0].node, "A101", "the call that runs ends as it should");
  assert.equal(thrown(() => playground.step).code, "freed");
  const [other] = [new Playground(three()).link()].map((link) => (0, Playground.fromLink)(link));
  assert.ok(other instanceof Playground);
  const within = { do: "crash", get nodes() { other.free(); return [other.namespaces[0]]; } };
  assert.equal(thrown(() => other.apply(within)).code, "bad-input", "a freed playground is refused within the getter too");
  assert.equal(thrown(() => other.step).code, "freed");
  assert.equal(new Playground(three()).apply({ do: "stop", nodes: ["A101"] })[0].kind, "node-stopped", "the module lives");
});

test("a freed playground says so, and others still work", () => {
  const [gone, stays] = [new Playground(three()), new Playground(three())];
  gone.free();
  for (const call of [() => gone.view(), () => gone.apply({ do: "migrate" }), () => gone.step, () => gone.link()]) {
    assert.deepEqual(thrown(call), { code: "freed", place: null, message: "this playground was freed" });
  }
  gone.free();
  assert.equal(thrown(() => Playground.prototype.view.call({})).code, "bad-input");
  assert.equal(stays.view().nodes.length, 3);
});

test("a share link that is too long is refused, and one whose version came to another result says so", () => {
  const playground = new Playground(three());
  for (let round = 0; round < 501; round += 1) {
    playground.apply({ do: "quiesce", nodes: ["A101"] });
    playground.apply({ do: "quiesce-undo", nodes: ["A101"] });
  }
  assert.equal(thrown(() => playground.link()).code, "link-too-long");
  assert.equal(playground.seek(1), true);
  const link = playground.link();
  assert.equal(Playground.fromLink(`https://example.org/rosterlab/#${link}`).differs, null);
  const other = link.replace(/^s1=[^_]*_/, "s1=0.0.9-7_");
  assert.deepEqual(Playground.fromLink(other).differs, { madeBy: "0.0.9", then: null, now: { main: 4096 } });
});

test("simulated time may grow to 10 to the 16th ms", () => {
  const playground = new Playground(three());
  for (let round = 0; round < 10_000; round += 1) playground.advance(1e12);
  assert.equal(playground.steps, 1);
  assert.ok(playground.view().timeMs >= 1e16);
  assert.deepEqual(new Playground(playground.toScenario()).view(), playground.view());
});

/** Pseudo-random numbers, the same in every run. */
function* dice(seed) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

test("3,000 random values are done or refused, and the playground still works", () => {
  const numbers = dice(4);
  const roll = (sides) => Math.floor(numbers.next().value * sides);
  const words = [
    ...["do", "nodes", "between", "namespace", "on", "id", "rack", "key", "set", "seconds", "partitions", "settle", "lose"],
    ...["stop", "crash", "start", "wipe", "add", "move", "cut", "heal", "roster-set", "recluster", "revive", "migrate"],
    ...["advance", "write", "read", "expect", "observed", "A101", "A102@2", "B101", "A109", "main", "", "\u0000", "ü"],
  ];
  const word = () => words[roll(words.length)];
  const others = [null, undefined, true, NaN, -1, 0, 1.5, 2 ** 53, 7n, () => 1, Symbol("s"), new Date(), new Uint8Array(2)];
  const value = (depth) => {
    const kind = roll(depth > 3 ? 2 : 5);
    if (kind === 0) return others[roll(others.length)];
    if (kind === 1) return word();
    if (kind === 2) return roll(5000);
    if (kind === 3) return Array.from({ length: roll(4) }, () => value(depth + 1));
    return Object.fromEntries(Array.from({ length: roll(4) }, () => [word(), value(depth + 1)]));
  };
  const wanted = {
    ...{ stop: ["nodes"], crash: ["nodes"], start: ["nodes"], wipe: ["nodes"], quiesce: ["nodes"], remove: ["nodes"] },
    ...{ add: ["id", "rack"], move: ["nodes", "rack"], cut: ["between"], heal: [], recluster: [], revive: [], migrate: [] },
    ...{ "roster-set": ["nodes"], advance: ["seconds"], write: ["key"], read: ["key"], expect: [] },
  };
  const command = () => {
    const lists = () => Array.from({ length: 1 + roll(2) }, () => ["A101", "A102", "B101", "C101"][roll(4)]);
    const fields = {
      nodes: lists,
      between: () => [lists(), lists()],
      id: () => "C101",
      rack: () => roll(4),
      key: () => roll(3),
      seconds: () => roll(100),
    };
    const name = Object.keys(wanted)[roll(Object.keys(wanted).length)];
    const known = Object.fromEntries(wanted[name].map((field) => [field, fields[field]()]));
    return { do: name, ...known, ...(roll(4) === 0 ? value(1) : {}) };
  };
  const playground = new Playground(three());
  const link = playground.link();
  let done = 0;
  for (let round = 0; round < 3000; round += 1) {
    const at = roll(link.length);
    const calls = [
      () => playground.apply(command()),
      () => playground.apply(value(0)),
      () => new Playground(value(0)).free(),
      () => playground.whatIf(value(0)),
      () => Playground.fromLink(link.slice(0, at) + String.fromCharCode(32 + roll(96)) + link.slice(at + 1)).free(),
      () => playground.explain(value(2), value(2), value(2)),
    ];
    try {
      calls[roll(calls.length)]();
      done += 1;
    } catch (error) {
      assert.equal(error.name, "RosterlabError", error.stack);
    }
  }
  assert.ok(done > 200, `${done} were done`);
  const again = new Playground(playground.toScenario());
  assert.deepEqual(again.view(), playground.view());
});
