/** Codex over ACP, driven by the scripted model server, under the contract of agents. */
import { afterAll, beforeAll, describe } from "vitest"
import { acpAdapter } from "@holdfast/agents/inside/acp/acp-adapter"
import { agentAdapterContract } from "@holdfast/adapter/contract/agent-adapter-contract"
import { codexHome } from "../src/agents/codex.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { startModelServer, type ModelServer } from "../src/model/ModelServer.ts"

describe.skipIf(isElsewhere("codex-acp"))("codex", () => {
  let model: ModelServer

  beforeAll(async () => {
    model = await startModelServer()
  })
  afterAll(async () => {
    await model.stop()
  })

  agentAdapterContract("codex over acp", acpAdapter, {
    start: ({ cwd, session }, asks) => {
      const { command, args, env } = codexHome(model.url, `${session}/home`)
      return {
        adapter: "acp",
        name: "codex",
        cwd,
        env,
        options: { permissions: asks ? "ask" : "allow" },
        program: { command, args },
        directory: session,
        interruptGrace: 10_000,
        startTimeout: 30_000,
      }
    },
    says: (text) => `[[say ${text}]]`,
    talks: () => "[[slow 200 30]]",
    runs: (command) => `[[bash ${command}]]`,
    runsTogether: () => undefined,
    complains: () => undefined,
    fails: () => "[[error 529]]",
    steers: false,
  })
})
