/** The scripted agent under the contract of agents. */
import { agentAdapterContract } from "../src/contract/agent-adapter-contract.ts"
import { scriptedAdapter } from "../src/scripted/scripted-adapter.ts"

agentAdapterContract("scripted", scriptedAdapter, {
  start: ({ cwd, session }, asks) => ({
    adapter: "scripted",
    name: "scripted",
    cwd,
    env: {},
    options: { permissions: asks ? "ask" : "allow", pace: 0 },
    directory: session,
    interruptGrace: 10_000,
    startTimeout: 10_000,
  }),
  says: (text) => `[[say ${text}]]`,
  talks: () => "[[slow 200 30]]",
  runs: (command) => `[[bash ${command}]]`,
  runsTogether: (commands) => `[[par]] ${commands.map((command) => `[[bash ${command}]]`).join(" ")}`,
  complains: (text) => `[[stderr ${text}]]`,
  fails: () => "[[error 529]]",
  steers: true,
})
