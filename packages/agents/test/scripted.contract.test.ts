/** The scripted agent under the contract of agents. */
import { agentAdapterContract } from "@holdfast/adapter/contract/agent-adapter-contract"
import { probeStart } from "@holdfast/adapter/contract/agent-probe"
import { scriptedAdapter } from "../src/scripted/scripted-adapter.ts"

agentAdapterContract("scripted", scriptedAdapter, {
  start: (directories, asks) => probeStart(directories, { options: { permissions: asks ? "ask" : "allow", pace: 0 } }),
  says: (text) => `[[say ${text}]]`,
  talks: () => "[[slow 200 30]]",
  runs: (command) => `[[bash ${command}]]`,
  runsTogether: (commands) => `[[par]] ${commands.map((command) => `[[bash ${command}]]`).join(" ")}`,
  complains: (text) => `[[stderr ${text}]]`,
  fails: () => "[[error 529]]",
  steers: true,
})
