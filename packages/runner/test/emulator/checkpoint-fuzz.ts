/** One random session: output and resizes, cut at random places, the checkpoint there followed by the rest. */
import { ChildTerminal } from "../../src/emulator/ChildTerminal.ts"
import { difference } from "./terminal-state.ts"
import { randomFrom, randomOutput } from "./streams.ts"
import type { Random } from "./streams.ts"

/** A piece of a session. */
type Step = { readonly bytes: Buffer } | { readonly cols: number; readonly rows: number }

const apply = (terminal: ChildTerminal, steps: ReadonlyArray<Step>): void => {
  for (const step of steps) {
    if ("bytes" in step) terminal.parse(step.bytes)
    else terminal.resize(step.cols, step.rows)
  }
}

/** The checkpoint of a terminal at once. */
export function checkpointOf(terminal: ChildTerminal): string {
  const steps = terminal.checkpoint()
  for (;;) {
    const result = steps.next()
    if (result.done === true) return result.value
  }
}

const session = (
  random: Random,
  withResize: boolean,
): { readonly cols: number; readonly rows: number; readonly scrollback: number; readonly steps: ReadonlyArray<Step> } => {
  let cols = random.pick([3, 7, 10, 20, 40])
  let rows = random.pick([1, 2, 3, 5, 10])
  const start = { cols, rows }
  const steps: Array<Step> = []
  const isJoined = random.below(2) === 0
  const parts = 2 + random.below(6)
  for (let part = 0; part < parts; part++) {
    steps.push({ bytes: randomOutput(random, 1 + random.below(60), cols, rows, isJoined) })
    if (!withResize || random.below(3) !== 0) continue
    cols = 3 + random.below(30)
    rows = 1 + random.below(12)
    steps.push({ cols, rows })
  }
  return { ...start, scrollback: withResize ? 50 : random.pick([0, 5, 50]), steps }
}

/** Runs one seed; gives what differs, "" for nothing. */
export function runSeed(seed: number, withResize: boolean): string {
  const random = randomFrom(seed)
  const { cols, rows, scrollback, steps } = session(random, withResize)
  const answers: Array<string> = []
  const open = (width: number, height: number) =>
    new ChildTerminal(width, height, scrollback, { answer: (data) => answers.push(data), title: () => undefined })
  // After a change of size the library keeps rows and cells beyond the edges, even fewer rows than the screen has. A
  // checkpoint has what shows; sizes change before the cut.
  const lastResize = steps.findLastIndex((step) => "cols" in step)
  const at = lastResize + 1 + random.below(Math.max(1, steps.length - lastResize - 1))
  const cutStep = steps[at]
  if (cutStep === undefined) return ""
  const offset = "bytes" in cutStep ? random.below(cutStep.bytes.length + 1) : 0
  const before: Array<Step> = [...steps.slice(0, at)]
  const after: Array<Step> = [...steps.slice(at)]
  if ("bytes" in cutStep) {
    let cut = offset
    while (cut < cutStep.bytes.length && ((cutStep.bytes[cut] ?? 0) & 0xc0) === 0x80) cut++
    before.push({ bytes: cutStep.bytes.subarray(0, cut) })
    after[0] = { bytes: cutStep.bytes.subarray(cut) }
  }
  const full = open(cols, rows)
  apply(full, before)
  const sizeAt = full.screen()
  const restored = open(sizeAt.cols, sizeAt.rows)
  answers.length = 0
  const checkpoint = checkpointOf(full)
  restored.parse(Buffer.from(checkpoint))
  const name = `seed ${seed} ${cols}x${rows} scrollback ${scrollback}`
  if (answers.length > 0) return `${name}: the checkpoint is answered with ${JSON.stringify(answers)}`
  const atOnce = difference(full, restored, withResize)
  if (atOnce !== "") return `${name} at the cut:\n${atOnce}\ncheckpoint ${JSON.stringify(checkpoint)}`
  apply(full, after)
  const fullAnswers = answers.splice(0).join("")
  apply(restored, after)
  const later = difference(full, restored, withResize)
  if (later !== "")
    return `${name} after the rest:\n${later}\ncheckpoint ${JSON.stringify(checkpoint)} rest ${JSON.stringify(after.map((step) => ("bytes" in step ? step.bytes.toString() : step)))}`
  if (fullAnswers !== answers.join("")) return `${name}: other answers`
  full.dispose()
  restored.dispose()
  return ""
}
