/**
 * Measures a row: ours, the limit and the peers in turn, once per round, so that a change of the machine's mood
 * during the run touches all of them alike. The order turns by one place each round. In the full form a round of the
 * short size goes first and is not counted.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { within } from "./process/within.ts"
import { Missing, type Contestant, type Figures, type Opened, type Place, type Row } from "./row.ts"
import type { Outcome } from "./verdict.ts"

/** How a run is made. `directory` holds all data; times are milliseconds. */
export interface RunOptions {
  readonly short: boolean
  readonly rounds: number
  readonly directory: string
  /** A single open, measurement or close that takes longer has failed. */
  readonly patience: number
  readonly progress: (text: string) => void
}

interface Entry {
  readonly contestant: Contestant
  readonly role: Outcome["role"]
  readonly place: Place
  readonly rounds: Array<Figures>
  warm: boolean
  opened?: Opened
  missing?: string
  failed?: string
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 600)

/** Opens the contestant, if it is not yet, and measures it once. A failure ends its part in the row. */
async function turn(entry: Entry, options: RunOptions, warm: boolean): Promise<void> {
  if (entry.missing !== undefined || entry.failed !== undefined) return
  const { name } = entry.contestant
  try {
    entry.opened ??= await within(`opening ${name}`, options.patience, entry.contestant.open(entry.place))
    entry.warm = warm
    const figures = await within(`measuring ${name}`, options.patience, entry.opened.measure())
    if (warm) entry.rounds.push(figures)
  } catch (error) {
    if (error instanceof Missing) entry.missing = error.message
    else entry.failed = reason(error)
  }
}

async function close(entry: Entry, options: RunOptions): Promise<void> {
  try {
    if (entry.opened !== undefined) await within(`closing ${entry.contestant.name}`, options.patience, entry.opened.close())
  } catch (error) {
    entry.failed ??= reason(error)
  }
  rmSync(entry.place.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

/** Measures one row. Never rejects: what could not be measured is in the outcome. */
export async function measureRow(row: Row, options: RunOptions): Promise<ReadonlyArray<Outcome>> {
  const contestants: ReadonlyArray<readonly [Outcome["role"], Contestant]> = [
    ["ours", row.ours],
    ...(row.limit === undefined ? [] : [["limit", row.limit] as const]),
    ...row.peers.map((peer) => ["peer", peer] as const),
  ]
  const entries = contestants.map(([role, contestant]): Entry => {
    const place: Place = {
      directory: mkdtempSync(join(options.directory, `${row.id}-`)),
      short: options.short,
      size: (full, short) => (options.short || !entry.warm ? short : full),
    }
    const entry: Entry = { contestant, role, place, rounds: [], warm: true }
    return entry
  })
  const rounds = options.short ? Math.min(options.rounds, row.shortRounds ?? options.rounds) : options.rounds
  const first = options.short || row.cold === true ? 0 : -1
  for (let round = first; round < rounds; round++) {
    for (let place = 0; place < entries.length; place++) {
      const entry = entries[(place + round - first) % entries.length]
      if (entry === undefined) continue
      options.progress(`${row.id}: ${round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`}, ${entry.contestant.name}`)
      await turn(entry, options, round >= 0)
    }
  }
  for (const entry of entries) await close(entry, options)
  return entries.map(({ contestant, role, rounds: measured, missing, failed }) => ({
    name: contestant.name,
    role,
    rounds: measured,
    ...(missing === undefined ? {} : { missing }),
    ...(failed === undefined ? {} : { failed }),
  }))
}
