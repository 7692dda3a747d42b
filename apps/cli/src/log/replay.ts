/**
 * `holdfast replay`: a session as a film, at any speed, from and to any point (mission row A9).
 *
 * What lies before the first event shown is drawn at once, so that the screen is right when the film begins. The output
 * goes through the same filter as in `attach`, as history: it asks the terminal nothing and rings no bell.
 */
import type { Event } from "@holdfast/protocol/event"
import { plainKeys, readKeyboard } from "../attach/keyboard.ts"
import { OutputFilter } from "../attach/OutputFilter.ts"
import { OwnTerminal } from "../attach/OwnTerminal.ts"
import { complain, print } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import type { Hub } from "../server/hub.ts"
import { clock, span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { Film } from "./Film.ts"
import { outputBytes } from "./line.ts"

/** What to show and how fast. */
export interface ReplayOptions {
  readonly session: string
  /** Times the speed at which it happened; 0 shows everything at once. */
  readonly speed: number
  /** First and last event of the film, as seqs. */
  readonly from: number | undefined
  readonly to: number | undefined
  /** Longest pause in seconds of the recording; longer ones are cut to it. */
  readonly idle: number | undefined
}

const PAGE = 200

/** Plays a session. On a terminal, space pauses, `+` and `-` change the speed, `.` shows the next event, `q` ends. */
export async function replay(options: ReplayOptions): Promise<void> {
  const hub = useHub()
  const session = await ask(hub, (api) => api.get(options.session))
  const last = Math.min(options.to ?? session.lastSeq, session.lastSeq)
  const film = new Film(options.speed, options.idle)
  if (!process.stdout.isTTY) return play(hub, session.id, options.from ?? 0, last, film, (bytes) => process.stdout.write(bytes))
  const { terminal: size } = session
  const terminal = new OwnTerminal()
  const { cols, rows } = terminal.size
  if (size !== undefined && (size.cols > cols || size.rows > rows)) {
    complain(`holdfast: this was ${size.cols}x${size.rows}, your terminal is ${cols}x${rows}; lines may wrap`)
  }
  print(`[${printable(session.label)}, ${clock(session.createdAt)}; space pauses, + and - change the speed, q ends]`)
  const filter = new OutputFilter({ clipboard: false })
  filter.live = false
  const end = (): void => film.stop()
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const
  for (const signal of signals) process.on(signal, end)
  terminal.take(true)
  const stopKeys = readKeyboard((tokens) => film.keys(plainKeys(tokens)))
  try {
    await play(hub, session.id, options.from ?? 0, last, film, (bytes) => {
      const open = process.stdout.write(filter.push(bytes))
      terminal.alternate = filter.alternate
      terminal.origin = filter.origin
      return open
    })
  } finally {
    stopKeys()
    for (const signal of signals) process.off(signal, end)
    terminal.restore()
  }
  print(`[end of ${printable(session.label)}${film.shown > 0 ? `, ${span(film.shown)} of it` : ""}]`)
}

async function play(
  hub: Hub,
  id: string,
  from: number,
  last: number,
  film: Film,
  write: (bytes: Uint8Array) => boolean,
): Promise<void> {
  let after = 0
  while (after < last && !film.stopped) {
    const page = await ask(hub, (api) => api.events(id, { after, limit: PAGE }))
    for (const event of page.events) {
      if (event.seq > last || film.stopped) return
      if (event.seq >= from) await film.until(event.time)
      await show(event, write)
    }
    if (page.atHead || page.next <= after) return
    after = page.next
  }
}

async function show(event: Event, write: (bytes: Uint8Array) => boolean): Promise<void> {
  const bytes = outputBytes(event)
  if (bytes === undefined || write(bytes)) return
  await new Promise<void>((resolve) => process.stdout.once("drain", () => resolve()))
}
