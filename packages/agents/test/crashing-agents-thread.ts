/** The agents' thread, which dies when an agent is to be configured with the model `crash`, or takes all its memory with `memory`. */
import { parentPort } from "node:worker_threads"
import "../src/thread/agents-thread.ts"
import type { AgentStep } from "../src/thread/thread-messages.ts"

parentPort?.on("message", (step: AgentStep) => {
  if (step.type === "command" && step.command.type === "configure" && step.command.model === "crash") {
    throw new Error("planted")
  }
  if (step.type === "command" && step.command.type === "configure" && step.command.model === "memory") {
    const taken: Array<ReadonlyArray<string>> = []
    for (;;) taken.push(Array.from({ length: 100_000 }, (_, i) => `${taken.length}-${i}`))
  }
})
