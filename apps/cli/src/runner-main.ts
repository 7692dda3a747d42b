/** The runner's own program: `runner-main --data DIR --generation UUID --settings JSON`. The hub starts it; people need not. */
import { parseArgs } from "node:util"
import { AgentThreads } from "@holdfast/agents/thread/AgentThreads"
import { mainRunner } from "@holdfast/runner/server/main-runner"

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    generation: { type: "string" },
    settings: { type: "string" },
    build: { type: "string" },
    files: { type: "string" },
  },
})
await mainRunner(
  {
    dataDirectory: values.data ?? "",
    generation: values.generation ?? "",
    settings: values.settings ?? "",
    build: values.build ?? "",
    openFiles: values.files ?? "",
  },
  (failed) => new AgentThreads(failed),
)
