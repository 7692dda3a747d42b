/** A page of events as JSON: its events are texts already. */
import type { EventTexts } from "@holdfast/hub/Hub"

/** The text of a page. */
export const eventPageText = ({ events, ...rest }: EventTexts): string =>
  `{"events":[${events.join(",")}],${JSON.stringify(rest).slice(1)}`
