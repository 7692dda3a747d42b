/** The scripted agent's process: lines of JSON on standard input and output. It ends when its input does. */
import { LINE_MAX } from "@holdfast/adapter/agent-adapter"
import { LineReader } from "../host/lines.ts"
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
// No one reads any more.
process.stdout.on("error", leave)

const output = new Output(process.stdout)
// Not node:readline: it also ends a line at U+2028 and U+2029, which stand unescaped in JSON.
const lines = new LineReader(LINE_MAX, {
  line: (line) => {
    const input = JSON.parse(line) as ScriptedInput
    if (input.type === "open") agent = new ScriptedAgent(output, process.cwd(), input.options, input.history)
    else agent?.take(input)
  },
  tooLong: leave,
})
process.stdin.on("data", (chunk: Buffer) => lines.push(chunk)).on("end", leave)
