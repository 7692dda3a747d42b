/**
 * What commands print: tables and sentences for people, JSON for programs.
 */
import { writeSync } from "node:fs"
import { harmlessJson } from "./text/harmless-json.ts"
import { printableLines } from "./text/printable.ts"
import { paintFor } from "./text/style.ts"
import type { Paint } from "./text/style.ts"

/** Paint for standard output. */
export const paint: Paint = paintFor(process.stdout, process.env)

/** Columns of standard output when it is a terminal. */
export function outputWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined
}

/** Prints lines. */
export function print(...lines: ReadonlyArray<string>): void {
  if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`)
}

/** A value as JSON in which no character does anything to a terminal: those that would are written as escapes. */
export function jsonText(value: unknown, indent?: number): string {
  return harmlessJson(JSON.stringify(value, null, indent) ?? "null")
}

/** Prints a value as JSON. */
export function printJson(value: unknown): void {
  return print(jsonText(value, 2))
}

/** Prints a value as JSON, or what `people` gives. */
export function printEither(json: boolean, value: unknown, people: () => ReadonlyArray<string>): void {
  if (json) printJson(value)
  else print(...people())
}

/** Writes bytes to standard output and waits while it is full; false once no one reads it any more. */
export function writeOut(data: Uint8Array | string): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(data)) resolve()
    else process.stdout.once("drain", resolve)
  })
}

/**
 * Writes to standard error at once, for ways out on which nothing may be left behind. What servers, agents and other clients
 * chose may be in it: control characters are shown, not sent (docs/protocol/rules.md, P-16).
 */
export function complain(text: string): void {
  const shown = printableLines(text)
  try {
    writeSync(2, `${shown}\n`)
  } catch {
    process.stderr.write(`${shown}\n`)
  }
}

/**
 * A reader that went away (`holdfast log | head`) ends the command quietly, and so does a terminal that was closed.
 */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0)
      if (error.code === "EIO") process.exit(process.exitCode ?? 1)
      throw error
    })
}
