/**
 * The scripted agent alone: its process, spoken to over its pipes, without a runner or a hub.
 */
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { until } from "../load/until.ts"
import { now } from "../load/stamp.ts"
import { endProcess, startProcess } from "../process/children.ts"

const PROGRAM = fileURLToPath(new URL("../../../packages/agents/src/scripted/scripted-main.ts", import.meta.url))

/** A turn, in milliseconds from the message. */
export interface BareTurn {
  readonly first: number
  readonly whole: number
}

/** A running agent. */
export interface BareAgent {
  readonly turn: (text: string) => Promise<BareTurn>
  readonly end: () => Promise<void>
}

/** Starts it; it has had one turn. */
export async function openBareAgent(): Promise<BareAgent> {
  const child = startProcess(process.execPath, ["--disable-warning=ExperimentalWarning", PROGRAM], {
    cwd: "/",
    stdio: ["pipe", "pipe", "inherit"],
  })
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error("the agent has no pipes")
  let first = 0
  let ends = 0
  let changed = (): void => {}
  createInterface({ input: stdout }).on("line", (line) => {
    const { type } = JSON.parse(line) as { readonly type: string }
    if (type === "chunk" && first === 0) first = now()
    if (type === "ended") ends++
    changed()
  })
  const say = (input: object): boolean => stdin.write(`${JSON.stringify(input)}\n`)
  say({
    type: "open",
    options: { permissions: "allow", model: "scripted-1", models: [], modes: false, commands: {}, pace: 10, script: [] },
  })
  const turn = async (text: string): Promise<BareTurn> => {
    const before = ends
    const ended = until("the agent's turn ends", 60_000, () => ends > before)
    changed = ended.check
    first = 0
    const began = now()
    say({ type: "message", id: crypto.randomUUID(), turn: crypto.randomUUID(), text, steer: false })
    await ended.reached
    return { first: first - began, whole: now() - began }
  }
  await turn("[[stamp 20 5]]")
  return { turn, end: () => endProcess(child) }
}
