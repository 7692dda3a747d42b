/** The session whose rules are shown. */
import { Store } from "../ui/store.ts"

/** Its id; `undefined` while none are shown. */
export const shownRules = new Store<string | undefined>(undefined)

/** Milliseconds in which a menu that was open gives the focus back to what opened it. */
const MENU_CLOSED = 50

/** Shows the rules of a session. */
export function showRules(session: string): void {
  setTimeout(() => shownRules.set(session), MENU_CLOSED)
}
