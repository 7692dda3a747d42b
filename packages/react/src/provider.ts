/** The hub of a page, for every hook and component below the provider. The context's value never changes (docs/protocol/rules.md, U-1). */
import { createContext, createElement, useContext, useEffect, useState } from "react"
import type { ReactElement, ReactNode } from "react"
import { HubModel } from "@holdfast/client/model"
import type { Hub, HubModelOptions } from "@holdfast/client/model"

const Model = createContext<HubModel | undefined>(undefined)

/** What a provider is given. */
export interface HoldfastProviderProps extends HubModelOptions {
  /**
   * A hub that is connected to, or a function that connects: it is called once, in a browser alone, and what it returns is closed
   * when the provider goes. Only the first value counts: give the provider a `key` to change the hub.
   */
  readonly client: Hub | (() => Hub)
  readonly children?: ReactNode
}

/** Gives everything below it a hub. */
export function HoldfastProvider({ client, children, ...options }: HoldfastProviderProps): ReactElement {
  const [model] = useState(() => new HubModel(client, options))
  useEffect(() => model.hold(), [model])
  return createElement(Model, { value: model }, children)
}

/** The model of the page's hub, for what the hooks do not have. Throws without a provider. */
export function useHub(): HubModel {
  const model = useContext(Model)
  if (model === undefined) throw new Error("there is no HoldfastProvider above this component; put one around the application")
  return model
}
