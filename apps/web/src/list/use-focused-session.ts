/** The session of the pane that has the focus, which the list shows as open. */
import { useHub } from "@holdfast/react"
import { useMemo } from "react"
import type { Readable } from "@holdfast/client/model"
import { useStore } from "../ui/store.ts"
import { focusedTab } from "../workspace/tabs.ts"

/** Its id; `undefined` without one. The component is rendered again when it is another, and not for other changes of the layout. */
export function useFocusedSession(): string | undefined {
  const { desk } = useHub()
  const readable = useMemo((): Readable<string | undefined> => {
    const { state } = desk.layout
    return { get: () => focusedTab(state.get().value)?.session, subscribe: state.subscribe }
  }, [desk])
  return useStore(readable)
}
