/** What opens over the page, each loaded when it is first wanted. */
import { lazy, Suspense } from "react"
import type { ReactElement } from "react"
import { keyMapIsOpen, paletteWish } from "../commands/palette-state.ts"
import { inbox } from "../requests/inbox-state.ts"
import { shownRules } from "../requests/session-rules-state.ts"
import { useStore } from "../ui/store.ts"
import { useForm } from "./media.ts"

const Palette = lazy(() => import("../commands/Palette.tsx"))
const InboxScreen = lazy(() => import("../requests/InboxScreen.tsx"))
const NewCommands = lazy(() => import("../new-session/NewCommands.tsx").then((loaded) => ({ default: loaded.NewCommands })))
const SessionRules = lazy(() => import("../requests/SessionRules.tsx"))
const KeyMap = lazy(() => import("../commands/KeyMap.tsx"))

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
        {wish === undefined ? null : <Palette wish={wish} />}
        {isInbox ? <InboxScreen /> : null}
        {isKeyMap ? <KeyMap /> : null}
        {rules === undefined ? null : <SessionRules key={rules} session={rules} />}
      </Suspense>
    </>
  )
}
