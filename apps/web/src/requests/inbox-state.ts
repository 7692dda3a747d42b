/** Whether the inbox is open, and at what: the status line, the palette and notifications open it. */
import { Store } from "../ui/store.ts"

/** The inbox; `at` is the key of what is to be shown first. */
export interface InboxState {
  readonly isOpen: boolean
  readonly at?: string
}

/** The inbox of this page. */
export const inbox = new Store<InboxState>({ isOpen: false })

/** Opens the inbox, at one request or at the oldest. */
export function openInbox(at?: string): void {
  inbox.set(at === undefined ? { isOpen: true } : { isOpen: true, at })
}

/** Closes the inbox. */
export function closeInbox(): void {
  inbox.set({ isOpen: false })
}
