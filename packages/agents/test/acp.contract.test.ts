/** An ACP agent of our own under the contract of agents. */
import { fileURLToPath } from "node:url"
import { acpAdapter } from "../src/acp/acp-adapter.ts"
import { agentAdapterContract } from "@holdfast/adapter/contract/agent-adapter-contract"
import { probeStart } from "@holdfast/adapter/contract/agent-probe"
import type { Step } from "./acp-agent.ts"

const program = fileURLToPath(new URL("./acp-agent.ts", import.meta.url))
const steps = (...list: ReadonlyArray<Step>): string => JSON.stringify(list)
let asking = false

agentAdapterContract("acp", acpAdapter, {
  start: (directories, asks) => {
    asking = asks
    const child = { command: process.execPath, args: [program] }
    return probeStart(directories, { adapter: "acp", name: "small", options: {}, program: child })
  },
  says: (text) => steps({ update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text } } }),
  talks: () => steps({ words: 200, pause: 30 }),
  runs: (command) => steps({ run: command, asks: asking }),
  runsTogether: (commands) => steps({ together: commands }),
  complains: (text) => steps({ stderr: text }),
  fails: () => steps({ error: { code: -32603, message: "Internal error", data: { message: "status 529" } } }),
  steers: false,
})
