/** Where in a session a pane is to go: a message or a seq that an address, the palette or a trace named. */
import { useMemo } from "react"
import { Store, useStore } from "../ui/store.ts"

/** A place in a session's log. `at` grows, so that the same place twice is two requests. */
export interface Seek {
  readonly seq?: number
  readonly message?: string
  /** Whether the player is to go there, and no transcript. */
  readonly isMoment?: boolean
  readonly at: number
}

/** A place as it is asked for. */
interface Place {
  readonly seq?: number | undefined
  readonly message?: string | undefined
  readonly isMoment?: boolean
}

/** Most sessions of which it is known where they are to go; the ones that were asked for longest ago are forgotten. */
const MOST = 100

const seeks = new Store<ReadonlyMap<string, Seek>>(new Map())
let count = 0

/** Has the pane of a session go somewhere, once it is there. */
export function seekTo(session: string, { seq, message, isMoment = false }: Place): void {
  const seek = { at: ++count, isMoment, ...(seq === undefined ? {} : { seq }), ...(message === undefined ? {} : { message }) }
  const others = [...seeks.get()].filter(([id]) => id !== session)
  seeks.set(new Map([...others.slice(1 - MOST), [session, seek]]))
}

/** A pane is there: it does not go there again when it is opened another time. */
export function endSeek(session: string, { at }: Seek): void {
  if (seeks.get().get(session)?.at !== at) return
  seeks.set(new Map([...seeks.get()].filter(([id]) => id !== session)))
}

/** Where the pane of a session is to go; the last that was asked for, `undefined` when nothing was. Compare `at` with the one that was gone to. */
export function useSeek(session: string): Seek | undefined {
  return useStore(useMemo(() => ({ get: () => seeks.get().get(session), subscribe: seeks.subscribe }), [session]))
}
