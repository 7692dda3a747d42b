/** Cells in React. */
import { useSyncExternalStore } from "react"
import type { Readable } from "@holdfast/client/model"

/** The value of a cell; the component is rendered again when it changes, and on a server with the value that it has there. */
export function useCell<A>({ get, subscribe }: Readable<A>): A {
  return useSyncExternalStore(subscribe, get, get)
}
