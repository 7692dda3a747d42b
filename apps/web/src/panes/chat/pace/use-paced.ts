/** Cells in a pane, read at its pace. */
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react"
import type { Readable } from "@holdfast/client/model"
import { Pace } from "./beat.ts"
import type { Sight } from "./beat.ts"

/** The pace of the pane around a component; its value does not change while the pane is there. */
export const PaceContext = createContext<Pace>(new Pace())

/** The pace of a pane that is seen like this. */
export function usePace({ isFocused, isSeen }: Sight): Pace {
  const [pace] = useState(() => new Pace())
  useEffect(() => pace.set({ isFocused, isSeen }), [pace, isFocused, isSeen])
  useEffect(() => () => pace.end(), [pace])
  return pace
}

/** The value of a cell at the pace of the pane. */
export function usePaced<A>(cell: Readable<A>): A {
  const pace = useContext(PaceContext)
  const subscribe = useMemo(
    () =>
      (listener: () => void): (() => void) => {
        const end = cell.subscribe(() => pace.tell(listener))
        return () => {
          end()
          pace.forget(listener)
        }
      },
    [cell, pace],
  )
  return useSyncExternalStore(subscribe, cell.get, cell.get)
}

/** What `read` makes of a cell's value: rendered again only when that is another. It gives a text, a number or the like. */
export function useOf<A, B extends string | number | boolean | undefined>(cell: Readable<A>, read: (value: A) => B): B {
  const get = (): B => read(cell.get())
  return useSyncExternalStore(cell.subscribe, get, get)
}
