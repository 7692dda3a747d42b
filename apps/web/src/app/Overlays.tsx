/** What opens over the page, each loaded when it is first wanted. */
import { lazy, Suspense } from "react"
import type { ReactElement } from "react"
import { keyMapIsOpen, paletteWish } from "../commands/palette-state.ts"
import { useStore } from "../ui/store.ts"

const Palette = lazy(() => import("../commands/Palette.tsx"))
const KeyMap = lazy(() => import("../commands/KeyMap.tsx"))

/** The palette and the map of keys, while they are open. */
export function Overlays(): ReactElement {
  const wish = useStore(paletteWish)
  const isKeyMap = useStore(keyMapIsOpen)
  return (
    <Suspense fallback={null}>
      {wish === undefined ? null : <Palette wish={wish} />}
      {isKeyMap ? <KeyMap /> : null}
    </Suspense>
  )
}
