/** Giving an element handlers besides its own. */
import { cloneElement } from "react"
import type { ReactElement, SyntheticEvent } from "react"

type Handler = (event: never) => void

interface HandledProps {
  readonly children: ReactElement
  /** They come after those of the element, and not when those prevented what the event does. */
  readonly handlers: Readonly<Record<string, Handler>>
  /** Further properties of the element. */
  readonly properties?: object
}

/** The element with these handlers and properties. */
export function Handled({ children, handlers, properties }: HandledProps): ReactElement {
  const given = children.props as Readonly<Record<string, Handler | undefined>>
  const both = Object.entries(handlers).map(([name, added]) => {
    const own = given[name]
    if (own === undefined) return [name, added] as const
    const each = (event: never): void => {
      own(event)
      if (!(event as SyntheticEvent).defaultPrevented) added(event)
    }
    return [name, each] as const
  })
  return cloneElement(children, { ...Object.fromEntries(both), ...properties })
}
