/** What a screen reader says beside what has the focus: that something waits, has finished, was lost, is back. Never what streams. */
import { Store } from "../ui/store.ts"

/** What the live region says; `at` makes the same words twice two announcements. */
export const announced = new Store<{ readonly text: string; readonly at: number }>({ text: "", at: 0 })

/** Has it said, once whoever listens is done with the words before. */
export function announce(text: string): void {
  announced.set({ text, at: announced.get().at + 1 })
}
