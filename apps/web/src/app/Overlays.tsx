/** What opens over the page, each loaded when it is first wanted. */
import { Suspense } from "react"
import type { ReactElement } from "react"
import { lazyExtra } from "./part.ts"
import { keyMapIsOpen, paletteWish } from "../commands/palette-state.ts"
import { inbox } from "../requests/inbox-state.ts"
import { shownRules } from "../requests/session-rules-state.ts"
import { useStore } from "../ui/store.ts"
import { useForm } from "./media.ts"

const Palette = lazyExtra(() => import("../commands/Palette.tsx"))
const InboxScreen = lazyExtra(() => import("../requests/InboxScreen.tsx"))
const NewCommands = lazyExtra(async () => ({ default: (await import("../new-session/NewCommands.tsx")).NewCommands }))
const SessionRules = lazyExtra(() => import("../requests/SessionRules.tsx"))
const KeyMap = lazyExtra(() => import("../commands/KeyMap.tsx"))

/** What begins sessions; the palette, the map of keys, the phone's inbox and the rules of a session, while they are open. */
export function Overlays(): ReactElement {
  const wish = useStore(paletteWish)
  const isPhone = useForm() === "phone"
  const isInbox = useStore(inbox).isOpen && isPhone
  const isKeyMap = useStore(keyMapIsOpen)
  const rules = useStore(shownRules)
  return (
    <>
      <Suspense fallback={null}>
        <NewCommands />
      </Suspense>
      <Suspense fallback={null}>
        {wish === undefined ? null : <Palette key={wish.split ?? "anything"} wish={wish} />}
        {isInbox ? <InboxScreen /> : null}
        {isKeyMap ? <KeyMap /> : null}
        {rules === undefined ? null : <SessionRules key={rules} session={rules} />}
      </Suspense>
    </>
  )
}
