/** The cells of Holdfast's model as state of Svelte. */
import type { Readable } from "@holdfast/client/model"
import { createSubscriber } from "svelte/reactivity"

/** The value of a cell, which changes what reads it. */
export function stateOf<A>({ get, subscribe }: Readable<A>): { readonly current: A } {
  const changes = createSubscriber(subscribe)
  return {
    get current() {
      changes()
      return get()
    },
  }
}
