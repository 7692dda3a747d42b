import { expect, it } from "vitest"
import { ChildTerminal } from "@holdfast/runner/emulator/ChildTerminal"
import { KEPT_COMMANDS, KEPT_MODES, KEPT_SEQUENCES, PRIVATE_MODES, SCREEN_MODES } from "@holdfast/runner/emulator/kept-states"
import { OutputFilter } from "../src/attach/OutputFilter.ts"

const ESC = "\u001b"
/** Modes that are set in an empty terminal: what is kept is that they are off. */
const ON_AT_FIRST = new Set([7, 25])

/** What sets each state that is no mode, and what a viewer's terminal gets for it. */
const OTHERS: Readonly<Record<string, readonly [sets: string, written: string]>> = {
  ">u": [`${ESC}[>5u`, `${ESC}[=5;1u`],
  "=u": [`${ESC}[=3;1u`, `${ESC}[=3;1u`],
  "<u": [`${ESC}[>1u${ESC}[>5u${ESC}[<u`, `${ESC}[=1;1u`],
  ">m": [`${ESC}[>4;2m`, `${ESC}[>4;2m`],
  ">n": [`${ESC}[>4;2m${ESC}[>4n${ESC}[>4;1m`, `${ESC}[>4;1m`],
  "7": [`${ESC}]7;file://host/tmp\u0007`, `${ESC}]7;file://host/tmp${ESC}\\`],
  "9": [`${ESC}]9;4;1;40\u0007`, `${ESC}]9;4;1;40${ESC}\\`],
  insert: [`${ESC}[4h`, `${ESC}[4h`],
  keypad: [`${ESC}[?66h`, `${ESC}=`],
  "cursor style": [`${ESC}[5 q`, `${ESC}[5 q`],
  margins: [`${ESC}[2;5r`, `${ESC}[2;5r`],
  "palette colour": [`${ESC}]4;7;#102030\u0007`, `${ESC}]4;7;rgb:10/20/30${ESC}\\`],
  "text colour": [`${ESC}]10;rgb:1/2/3\u0007`, `${ESC}]10;rgb:11/22/33${ESC}\\`],
  "background colour": [`${ESC}]11;rgb:1/2/3\u0007`, `${ESC}]11;rgb:11/22/33${ESC}\\`],
  "cursor colour": [`${ESC}]12;rgb:1/2/3\u0007`, `${ESC}]12;rgb:11/22/33${ESC}\\`],
  title: [`${ESC}]0;a title\u0007`, `${ESC}]2;a title${ESC}\\`],
}

const modes = [...PRIVATE_MODES, ...KEPT_MODES].map((mode) => {
  const sequence = `${ESC}[?${mode}${ON_AT_FIRST.has(mode) ? "l" : "h"}`
  return [`mode ${mode}`, sequence, sequence] as const
})
const states = [...modes, ...Object.entries(OTHERS).map(([name, [sets, written]]) => [name, sets, written] as const)]

const terminal = (): ChildTerminal => new ChildTerminal(80, 24, 100, { answer: () => undefined, title: () => undefined })

function checkpointOf(from: ChildTerminal): Buffer {
  const steps = from.checkpoint()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return Buffer.from(step.value)
  }
}

const through = (bytes: Uint8Array): string => Buffer.from(new OutputFilter({ clipboard: false }).push(bytes)).toString()

const MUCH = Buffer.from("text that scrolls\r\n".repeat(1000))

it.each(states)(
  "T-16 (fault:N30) %s passes while it happens, and is there again after much output and an attach",
  (_name, sets, written) => {
    expect(through(Buffer.from(sets))).toContain(written)
    const full = terminal()
    full.parse(Buffer.from(sets))
    full.parse(MUCH)
    const checkpoint = checkpointOf(full)
    expect(through(checkpoint)).toContain(written)
    // Restored means: the next checkpoint is the same.
    const again = terminal()
    again.parse(checkpoint)
    expect(checkpointOf(again).toString()).toBe(checkpoint.toString())
  },
)

it("T-16 what a viewer's terminal has of the keyboard is that of the screen that is shown", () => {
  const full = terminal()
  const input = Buffer.from(`${ESC}[>1u${ESC}[?1049h${ESC}[>7u`)
  full.parse(input)
  expect(through(input)).toBe(`${ESC}[=1;1u${ESC}[?1049h${ESC}[=0;1u${ESC}[=7;1u`)
  expect(through(checkpointOf(full)).lastIndexOf(`${ESC}[=7;1u`)).toBeGreaterThan(0)
  expect(through(Buffer.concat([checkpointOf(full), Buffer.from(`${ESC}[?1049l`)]))).toMatch(/\[=1;1u$/)
})

it("T-16 every entry of the list is tried here, and a mode that is on no list is not passed on", () => {
  const tried = new Set(states.map(([name]) => name))
  for (const kind of [...KEPT_SEQUENCES, ...[...KEPT_COMMANDS].map(String)]) expect(tried).toContain(kind)
  for (let mode = 0; mode < 10_000; mode++) {
    if (PRIVATE_MODES.has(mode) || KEPT_MODES.has(mode) || SCREEN_MODES.has(mode) || [2, 66, 1048].includes(mode)) continue
    expect(through(Buffer.from(`${ESC}[?${mode}h${ESC}[?${mode}l`)), `mode ${mode}`).toBe("")
  }
})
