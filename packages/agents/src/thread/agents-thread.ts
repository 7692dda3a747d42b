/** The agents' thread: hosts the adapters, away from the loop that serves terminals. */
import { parentPort, workerData } from "node:worker_threads"
import { giveOpenFiles, type OpenFiles } from "@holdfast/adapter/process/open-files"
import { loadAdapter } from "./adapters.ts"
import { HostedAgent } from "./HostedAgent.ts"
import type { AgentStep, AgentThreadReport } from "./thread-messages.ts"

const { openFiles } = workerData as { readonly openFiles: OpenFiles | undefined }
if (openFiles !== undefined) giveOpenFiles(openFiles.children, openFiles.own)

const agents = new Map<number, HostedAgent>()

const report = (message: AgentThreadReport): void => parentPort?.postMessage(message)

parentPort?.on("message", (step: AgentStep) => {
  if (step.type === "start") {
    const agent = new HostedAgent(step.child, report, () => agents.delete(step.child))
    agents.set(step.child, agent)
    return void agent.start(loadAdapter(step.start.adapter), step)
  }
  const agent = agents.get(step.child)
  switch (step.type) {
    case "command":
      return agent?.command(step.command)
    case "pause":
      return agent?.pause(true)
    case "continue":
      return agent?.pause(false)
    case "took":
      return agent?.took(step.size)
    case "end":
      if (agent === undefined) return report({ type: "ended", request: step.request })
      return agent.end(step.request, step.grace)
  }
})
