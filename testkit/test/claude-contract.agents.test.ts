/** The real Claude, with a scripted model, under the contract of agents. */
import { afterAll, beforeAll, describe } from "vitest"
import { claudeAdapter } from "@holdfast/agents/inside/claude/claude-adapter"
import { agentAdapterContract } from "@holdfast/adapter/contract/agent-adapter-contract"
import { claudeStart } from "../src/agents/claude-start.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { startModelServer, type ModelServer } from "../src/model/ModelServer.ts"

describe.skipIf(isElsewhere("claude"))("with the real Claude", () => {
  let model: ModelServer
  beforeAll(async () => {
    model = await startModelServer()
  })
  afterAll(() => model.stop())

  agentAdapterContract("claude", claudeAdapter, {
    start: (directories, asks) =>
      claudeStart(directories, { model: model.url }, { permissionMode: asks ? "default" : "bypassPermissions" }),
    says: (text) => `[[say ${text}]]`,
    talks: () => "[[slow 200 30]]",
    // It refuses a command that begins with a long sleep.
    runs: (command) => `[[bash true; ${command}]]`,
    // It asks for one call after the other.
    runsTogether: () => undefined,
    complains: () => undefined,
    fails: () => "[[error 400]]",
    steers: true,
  })
})
