/** The inbox in the popover of the status line, loaded when it is first opened. */
import { useStore } from "../ui/store.ts"
import { Inbox } from "./Inbox.tsx"
import { inbox } from "./inbox-state.ts"

/** Shows what waits; `onClose` closes what it is in. */
export default function InboxPopover({ onClose }: { readonly onClose: () => void }) {
  const { at } = useStore(inbox)
  return <Inbox key={at} place="inbox" onClose={onClose} {...(at === undefined ? {} : { at })} />
}
