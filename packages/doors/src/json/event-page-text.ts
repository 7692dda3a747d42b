/** A page of events as JSON: its events are texts already. */
import type { EventPage } from "@holdfast/hub/Hub"

/** The text of a page. */
export const eventPageText = ({ events, ...rest }: EventPage): string =>
  `{"events":[${events.join(",")}],${JSON.stringify(rest).slice(1)}`
