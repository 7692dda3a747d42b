/** Turns that a person has stopped and whose server could not be told yet, by session (docs/protocol/app-rules.md, APP-47). */
import { Store } from "../ui/store.ts"

/** The turns; they outlast the pane that they were stopped in. */
export const stopWishes = new Store<Readonly<Record<string, string>>>(Object.freeze({}))

/** A turn is to be stopped once the server can be told. */
export function wishStop(session: string, turn: string): void {
  stopWishes.set({ ...stopWishes.get(), [session]: turn })
}

/** It was stopped, is over, or is to run on. */
export function forgetStop(session: string): void {
  const { [session]: _, ...rest } = stopWishes.get()
  stopWishes.set(rest)
}
