/** A page of events as JSON: its events are texts already. */
import type { EventTexts } from "@holdfast/hub/Hub"

/** The text of a page. */
export function eventPageText({ events, ...rest }: EventTexts): string {
  return `{"events":[${events.join(",")}],${JSON.stringify(rest).slice(1)}`
}
