/** Fingers on the terminal of a pane. */
import { useEffect } from "react"
import type { RefObject } from "react"
import { Touch } from "./Touch.ts"
import type { Shown } from "./use-emulator.ts"

/** Follows fingers on an element; where there is a bar of keys, the keyboard on the screen stays away from the emulator's field, which it does not get on with. */
export function useTouch(shown: Shown | undefined, element: RefObject<HTMLDivElement | null>, hasBar: boolean): void {
  useEffect(() => {
    if (shown === undefined || element.current === null) return undefined
    const touch = new Touch(shown.emulator, shown.past, element.current)
    return () => touch.dispose()
  }, [shown, element])
  useEffect(() => {
    const textarea = shown?.emulator.terminal.textarea
    if (textarea !== undefined) textarea.inputMode = hasBar ? "none" : "text"
  }, [shown, hasBar])
}
