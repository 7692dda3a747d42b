/** A turn of the scripted agent that a test holds open, so that what happens in the middle of it does so on a slow machine too. */
import { randomUUID } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { HubProcess } from "./hub-process.ts"

/** What a message says, whose turn waits until it is opened. The session must allow commands: `{ options: { permissions: "allow" } }`. */
export interface GatedTurn {
  /** The turn says `word0` to `word9`, waits, and says `the end`. */
  readonly text: string
  readonly open: () => void
}

/** Makes a turn. */
export function gatedTurn(hub: HubProcess): GatedTurn {
  const gate = join(hub.data, `gate-${randomUUID()}`)
  const text = `[[slow 10 5]] [[bash while ! test -e ${gate}; do sleep 0.02; done]] [[say the end]]`
  return { text, open: () => writeFileSync(gate, "") }
}
