/**
 * One stream of bytes read in every way there is: live, attached later, on the hub's screen, in a recording.
 */
import { expect, it } from "vitest"
import { CastWriter } from "@holdfast/doors/inside/http/cast"
import { encodeOutput } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"
import { ChildTerminal } from "@holdfast/runner/emulator/ChildTerminal"
import { seedOf, sized } from "@holdfast/testkit/sizes"
import { OutputFilter } from "../src/attach/OutputFilter.ts"
import { cutAtRandom, randomBytes, randomOf } from "./byte-streams.ts"
import type { Random } from "./byte-streams.ts"
import { cellsOf } from "./cells.ts"

/** A clipboard write, or a link that is not to the web or to mail. */
// oxlint-disable-next-line no-control-regex -- it is what sequences begin with
const HARMFUL = new RegExp("\u001b\\]52;|\u001b\\]8;[^;]*;(?!https?:|mailto:|\u001b\\\\)", "i")
const COLS = 30
const ROWS = 8
const STREAMS = sized({ short: 400, ci: 5000, long: 100_000 })

const open = (answers: Array<string> = []) =>
  new ChildTerminal(COLS, ROWS, 50, { answer: (data) => answers.push(data), title: () => undefined })

const checkpointOf = (terminal: ChildTerminal): Uint8Array => {
  const steps = terminal.checkpoint()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return Buffer.from(step.value)
  }
}

/** A viewer's terminal behind the filter. */
class Viewer {
  readonly typed: Array<string> = []
  readonly terminal = open(this.typed)
  readonly filter = new OutputFilter({ clipboard: false })
  written = ""

  constructor() {
    this.filter.size = { cols: COLS, rows: ROWS }
  }

  take(bytes: Uint8Array): void {
    const kept = this.filter.push(bytes)
    this.written += Buffer.from(kept).toString("latin1")
    this.terminal.parse(kept)
  }
}

const session = {
  createdAt: 0,
  label: "",
  terminal: { cols: COLS, rows: ROWS, command: "sh", term: "xterm" },
} as unknown as Session

/** The text of a recording of the pieces. */
function recorded(pieces: ReadonlyArray<Uint8Array>): string {
  const cast = new CastWriter(session)
  const lines = [...pieces.map((piece, at) => cast.record(encodeOutput(at + 1, at, piece).bytes)), cast.end()]
    .join("")
    .split("\n")
  return lines.flatMap((line) => (line.startsWith("[") ? [String((JSON.parse(line) as ReadonlyArray<unknown>)[2])] : [])).join("")
}

function check(random: Random, seed: number): void {
  const bytes = randomBytes(random)
  const name = `seed ${seed} ${JSON.stringify(bytes.toString("latin1"))}`
  const full = open()
  const live = new Viewer()
  const later = new Viewer()
  const pieces = cutAtRandom(random, bytes)
  let attach = random.below(pieces.length + 1)
  for (const [at, piece] of pieces.entries()) {
    full.parse(piece)
    live.take(piece)
    if (at < attach) continue
    // A checkpoint waits for the rest of a character.
    if (at === attach && full.isInCharacter) attach++
    else if (at === attach) later.take(checkpointOf(full))
    else later.take(piece)
  }
  if (attach >= pieces.length) later.take(checkpointOf(full))
  const cells = cellsOf(full)
  const inRecording = open()
  inRecording.parse(Buffer.from(recorded(pieces)))
  // What is not whole yet is shown nowhere but in a recording that ended.
  if (!full.isInCharacter) expect(cellsOf(inRecording), `recording, ${name}`).toEqual(cells)
  expect(cellsOf(live.terminal), `live, ${name}`).toEqual(cells)
  if (!full.isInCharacter || attach < pieces.length) expect(cellsOf(later.terminal), `later, ${name}`).toEqual(cells)
  for (const viewer of [live, later]) {
    expect(viewer.typed, `typed, ${name}`).toEqual([])
    expect(viewer.written, `written, ${name}`).not.toMatch(HARMFUL)
  }
  for (const each of [full, live.terminal, later.terminal, inRecording]) each.dispose()
}

it(
  `T-15 (fault:N24, fault:N25) ${STREAMS} streams of any bytes: the same cells live, later, on the screen and in a recording; nothing is typed, copied or linked`,
  {
    timeout: sized({ short: 60_000, ci: 300_000, long: 3_600_000 }),
  },
  () => {
    const first = seedOf("readings")
    for (let seed = first; seed < first + STREAMS; seed++) check(randomOf(seed), seed)
  },
)
