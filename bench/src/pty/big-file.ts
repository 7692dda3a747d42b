/**
 * The file that is printed: lines of text as programs print them, with a few colours.
 */
import { closeSync, openSync, writeSync } from "node:fs"

/** Writes a file of about `megabytes` million bytes and gives its size after the terminal made CR LF of each LF. */
export function writeBigFile(path: string, megabytes: number): number {
  const lines: Array<string> = []
  for (let at = 0; at < 1000; at++) {
    const colour = at % 10 === 0 ? `\x1b[3${at % 8}m` : ""
    lines.push(
      `${String(at).padStart(6, "0")} ${colour}the quick brown fox jumps over the lazy dog, ${"=".repeat(at % 40)}${colour === "" ? "" : "\x1b[0m"}\n`,
    )
  }
  const block = Buffer.from(lines.join(""))
  const blocks = Math.max(1, Math.round((megabytes * 1e6) / block.length))
  const file = openSync(path, "w", 0o600)
  for (let at = 0; at < blocks; at++) writeSync(file, block)
  closeSync(file)
  return blocks * (block.length + lines.length)
}
