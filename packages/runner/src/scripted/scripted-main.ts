/** The scripted agent's process: lines of JSON on standard input and output. It ends when its input does. */
import { createInterface } from "node:readline"
import { Output } from "./Output.ts"
import { ScriptedAgent } from "./ScriptedAgent.ts"
import type { ScriptedInput } from "./scripted-lines.ts"
import { killCommands } from "./tools.ts"

let agent: ScriptedAgent | undefined

const leave = (): void => {
  agent?.stop()
  process.exit(0)
}
process.on("exit", killCommands)
for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) process.on(signal, leave)
// Nobody reads any more.
process.stdout.on("error", leave)

const output = new Output(process.stdout)
createInterface({ input: process.stdin, crlfDelay: Infinity, terminal: false })
  .on("line", (line) => {
    const input = JSON.parse(line) as ScriptedInput
    if (input.type === "open") agent = new ScriptedAgent(output, process.cwd(), input.options, input.history)
    else agent?.take(input)
  })
  .on("close", leave)
