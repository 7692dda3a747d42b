/** A terminal that several look at: who types, and who gives the size (docs/protocol/rules.md, T-8, T-10). */
import type { SessionView } from "@holdfast/client/model"
import type { Emulator } from "./Emulator.ts"
import type { Viewer } from "./sizing.ts"
import { chooseSize } from "./use-sizing.ts"

/** What someone who is attached is called. */
export function nameOf(viewer: Pick<Viewer, "name" | "client"> | undefined): string {
  if (viewer === undefined) return "someone"
  return viewer.name === "" ? viewer.client : viewer.name
}

/** Who holds the keyboard. */
export function keyboardOf(view: SessionView): "free" | "mine" | "theirs" {
  const typist = view.record.get()?.terminal?.typist
  if (typist === undefined) return "free"
  return typist.seat === view.attachment?.seat ? "mine" : "theirs"
}

/** Who types, in a few words: who holds the keyboard, else who typed or attached last. */
export function typingWords(view: SessionView, viewers: ReadonlyArray<Viewer>): string {
  const typist = view.record.get()?.terminal?.typist
  const seat = view.attachment?.seat
  if (typist !== undefined) return typist.seat === seat ? "only you type" : `only ${nameOf(typist)} types`
  const last = viewers.find(({ sizes }) => sizes)
  if (last === undefined) return "anyone types"
  return last.seat === seat ? "you type" : `${nameOf(last)} types`
}

/** Only this page may type from now on. */
export async function takeKeyboard(view: SessionView): Promise<void> {
  await view.attachment?.setTypist("single")
}

/** Everyone may type again. */
export async function releaseKeyboard(view: SessionView): Promise<void> {
  await view.attachment?.setTypist("free")
}

/** Changes the size of a session, whoever gave it. */
export type Resize = (session: string, cols: number, rows: number) => Promise<unknown>

/** The session takes the size of this pane at once; it stays so when the person types. */
export async function takeSize(view: SessionView, emulator: Emulator | undefined, resize: Resize): Promise<void> {
  chooseSize(view.id, "own")
  const size = emulator?.fittingHost()
  if (size === undefined) return
  view.resize(size.cols, size.rows)
  await resize(view.id, size.cols, size.rows)
}
