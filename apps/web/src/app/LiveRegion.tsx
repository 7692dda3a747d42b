/** What is announced to those who hear the page. */
import type { ReactElement } from "react"
import { useStore } from "../ui/store.ts"
import { announced } from "./announce.ts"

/** The region; another key makes the same words twice two announcements. */
export function LiveRegion(): ReactElement {
  const { text, at } = useStore(announced)
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-announced="">
      <span key={at}>{text}</span>
    </div>
  )
}
