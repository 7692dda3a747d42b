/** Loading the page again, for what only that can put right. */
import { NEW_VERSION, statusItems } from "./status-items.ts"

/** Loads the page again, with the new version of the app where one waits. */
export function loadAgain(): void {
  const waiting = statusItems.get().find(({ id }) => id === NEW_VERSION)
  if (waiting?.action === undefined) location.reload()
  else waiting.action.run()
}
