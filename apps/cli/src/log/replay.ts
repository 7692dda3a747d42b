/**
 * `holdfast replay`: a session as a film, at any speed, from and to any point (row:A9).
 *
 * What lies before the first event shown is drawn at once, so that the screen is right when the film begins. It is
 * shown as in `attach`, as history: it asks the terminal nothing and rings no bell, and of a larger screen a part is seen.
 */
import { EMPTY_SCREEN } from "@holdfast/core/terminal/empty-screen"
import { plainKeys, readKeyboard } from "../attach/keyboard.ts"
import { OwnTerminal } from "../attach/OwnTerminal.ts"
import { Picture } from "../attach/Picture.ts"
import type { Size } from "../attach/viewport.ts"
import { print, writeOut } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import type { HubClient } from "../server/hub.ts"
import { clock, span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { Film } from "./Film.ts"
import { outputBytes, sizeOf } from "./line.ts"

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
  if (!process.stdout.isTTY) return play(hub, session.id, options.from ?? 0, last, film, { output: writeOut })
  const terminal = new OwnTerminal()
  print(`[${printable(session.label)}, ${clock(session.createdAt)}; Space pauses, + and - change the speed, q quits]`)
  const picture = new Picture(terminal, { clipboard: false, readOnly: true, past: true })
  const end = (): void => film.stop()
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const
  for (const signal of signals) process.on(signal, end)
  terminal.take(true)
  const stopKeys = readKeyboard((tokens) => film.keys(plainKeys(tokens)))
  try {
    const size = session.terminal ?? terminal.size
    await picture.snapshot({ cols: size.cols, rows: size.rows }, new Uint8Array(0))
    picture.synced()
    await play(hub, session.id, options.from ?? 0, last, film, {
      output: (bytes) => picture.output(bytes),
      resized: (resized) => picture.resized(resized),
    })
    picture.finish()
  } finally {
    stopKeys()
    for (const signal of signals) process.off(signal, end)
    picture.stop()
    terminal.restore()
  }
  print(`[end of ${printable(session.label)}${film.shown > 0 ? `, ${span(film.shown)} of it` : ""}]`)
}

/** Who is shown the film. */
interface Audience {
  readonly output: (bytes: Uint8Array) => void | Promise<void>
  readonly resized?: (size: Size) => void
}

async function play(hub: HubClient, id: string, from: number, last: number, film: Film, audience: Audience): Promise<void> {
  let after = 0
  while (after < last && !film.stopped) {
    const page = await ask(hub, (api) => api.events(id, { after, limit: PAGE }))
    for (const event of page.events) {
      if (event.seq > last || film.stopped) return
      if (event.seq >= from) await film.until(event.time)
      const isRestart = event.channel === "terminal" && event.type === "starting"
      const bytes = isRestart ? Buffer.from(EMPTY_SCREEN) : outputBytes(event)
      const size = sizeOf(event)
      if (bytes !== undefined) await audience.output(bytes)
      else if (size !== undefined) audience.resized?.(size)
    }
    if (page.atHead || page.next <= after) return
    after = page.next
  }
}
