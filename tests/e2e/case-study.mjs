// The case study's table (docs/domain.md §10): what must come out, step by step.
//
// Each step is what is done, on which nodes, and what must then be unavailable in the only sub-cluster; nothing is ever dead.
// Migrations are finished where a step says so. "confirm" answers the question that comes before a documented mistake: two
// nodes leave the roster at once, migrations are not done, roster nodes are missing. It is asked once for a roster.

const B_STOPS = [
  ["stop", "B101", { principal: "B102" }],
  ["stop", "B102", { principal: "A103" }],
];
const B_STOPS_AND_MIGRATES = [...B_STOPS, ["migrate", null, { principal: "A103" }]];
const A = { principal: "A103" };
const A_LOST = { principal: "A103", unavailable: 4096 };

export const CASE_STUDY = [
  {
    title: "rack B stops, A102 crashes, and only when all are back is anything available",
    steps: [
      ...B_STOPS_AND_MIGRATES,
      ["crash", "A102", A_LOST],
      ["start", "A102", A_LOST],
      ["start", "B102", { principal: "B102", unavailable: 4096 }],
      ["start", "B101", { principal: "B102" }],
    ],
  },
  {
    title: "after a clean stop of A102 one node of rack B is enough",
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
    title: "the roster set to rack A makes all active at once",
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
    title: "the roster set to rack A before, and migrated: the crash of A102 costs nothing",
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
    title: "the roster set to rack A before anything is migrated: a clean stop of A102 costs 1381",
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
