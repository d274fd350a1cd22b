import { Playground, isRosterlabError, runScenario, succession, type Command, type Scenario } from "rosterlab";
import scenario from "./scenario.json" with { type: "json" };

const fixed = {
  cluster: { nodes: [{ id: "A101", rack: 1 }, { id: "A102" }], namespaces: [{ name: "main", "replication-factor": 2 }] },
  steps: [{ do: "cut", between: [["A101"], ["A102"]] }, { do: "expect", unavailable: { between: [0, 4096] } }],
} as const;
const nodes: readonly string[] = ["A101"];

const playground = new Playground(fixed);
const commands: readonly Command[] = [{ do: "heal" }];
for (const command of commands) playground.apply(command);
playground.whatIf({ nodes });
playground.apply({ do: "crash", nodes });
succession(nodes, 1);
const report = runScenario(scenario);
const again: Scenario = new Playground(scenario).toScenario();
again.steps?.push({ do: "migrate" });
try {
  playground.apply({ do: "crash", nodes: ["A109"] });
} catch (error) {
  if (isRosterlabError(error)) console.log(JSON.stringify({ code: error.code, place: error.place, holds: report.holds }));
}
