// The table of the case study (docs/domain.md §10), step by step.
//
// Each step is an action, its node, and the counts that must follow in the only sub-cluster. No partition is ever dead.
// Migrations finish only where a step says so. "confirm" answers the question before a documented mistake: two nodes leave
// the roster at once, migrations are not done, or roster nodes are missing. The page asks once for each roster.

const B_STOPS = [
  ["stop", "B101", { principal: "B102" }],
  ["stop", "B102", { principal: "A103" }],
];
const B_STOPS_AND_MIGRATES = [...B_STOPS, ["migrate", null, { principal: "A103" }]];
const A = { principal: "A103" };
const A_LOST = { principal: "A103", unavailable: 4096 };

export const CASE_STUDY = [
  {
    title: "rack B stops and A102 crashes; everything is unavailable until all nodes are back",
    steps: [
      ...B_STOPS_AND_MIGRATES,
      ["crash", "A102", A_LOST],
      ["start", "A102", A_LOST],
      ["start", "B102", { principal: "B102", unavailable: 4096 }],
      ["start", "B101", { principal: "B102" }],
    ],
  },
  {
    title: "after a clean stop of A102, one node of rack B is enough",
    steps: [
      ...B_STOPS_AND_MIGRATES,
      ["stop", "A102", A_LOST],
      ["start", "A102", A_LOST],
      ["start", "B102", { principal: "B102" }],
    ],
  },
  {
    title: "revive changes nothing while rack B is down",
    steps: [
      ...B_STOPS_AND_MIGRATES,
      ["crash", "A102", A_LOST],
      ["start", "A102", A_LOST],
      ["revive", null, A_LOST],
      ["confirm", null, A_LOST],
      ["recluster", null, A_LOST],
    ],
  },
  {
    title: "setting the roster to rack A makes all partitions active at once",
    steps: [
      ...B_STOPS_AND_MIGRATES,
      ["crash", "A102", A_LOST],
      ["start", "A102", A_LOST],
      ["stage", null, A_LOST],
      ["confirm", null, A_LOST],
      ["recluster", null, A],
    ],
  },
  {
    title: "with the roster set to rack A and migrations done, a crash of A102 costs nothing",
    steps: [
      ...B_STOPS,
      ["stage", null, A],
      ["confirm", null, A],
      ["recluster", null, A],
      ["migrate", null, A],
      ["crash", "A102", A],
    ],
  },
  {
    title: "with the roster set to rack A and nothing migrated, a clean stop of A102 costs 1381 partitions",
    steps: [
      ...B_STOPS,
      ["stage", null, A],
      ["confirm", null, A],
      ["recluster", null, A],
      ["stop", "A102", { principal: "A103", unavailable: 1381 }],
      ["start", "A102", A],
    ],
  },
];
