/** The session of the pane that has the focus, which the list shows as open. */
import { useHub } from "@holdfast/react"
import { tilesOf } from "@holdfast/client/model"
import type { Layout } from "@holdfast/client/model"
import { useMemo } from "react"
import type { Readable } from "@holdfast/client/model"
import { useStore } from "../ui/store.ts"

function focusedSession({ root, focus }: Layout): string | undefined {
  const tile = tilesOf(root).find(({ id }) => id === focus)
  return tile?.tabs[tile.active]?.session
}

/** Its id; `undefined` without one. The component is rendered again when it is another, and not for other changes of the layout. */
export function useFocusedSession(): string | undefined {
  const { desk } = useHub()
  const readable = useMemo((): Readable<string | undefined> => {
    const { state } = desk.layout
    return { get: () => focusedSession(state.get().value), subscribe: state.subscribe }
  }, [desk])
  return useStore(readable)
}
