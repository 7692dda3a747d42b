/** Giving an element handlers besides its own. */
import { cloneElement } from "react"
import type { ReactElement, SyntheticEvent } from "react"

type Handler = (event: never) => void

/** The element with these handlers, which come after its own and not when those prevented what the event does, and with these properties. */
export function withHandlers(
  element: ReactElement,
  handlers: Readonly<Record<string, Handler>>,
  properties: object = {},
): ReactElement {
  const given = element.props as Readonly<Record<string, Handler | undefined>>
  const both = Object.entries(handlers).map(([name, added]) => {
    const own = given[name]
    if (own === undefined) return [name, added] as const
    const each = (event: never): void => {
      own(event)
      if (!(event as SyntheticEvent).defaultPrevented) added(event)
    }
    return [name, each] as const
  })
  return cloneElement(element, { ...Object.fromEntries(both), ...properties })
}
