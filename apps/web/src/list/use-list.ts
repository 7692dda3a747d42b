/** The list of the page's hub: one model, which its parts read. */
import { useHub } from "@holdfast/react"
import type { HubModel } from "@holdfast/client/model"
import { useStore } from "../ui/store.ts"
import { ListModel } from "./ListModel.ts"
import type { ListState } from "./ListModel.ts"

const models = new WeakMap<HubModel, ListModel>()

/** The list of a hub; always the same one. */
export function listOf(hub: HubModel): ListModel {
  const known = models.get(hub)
  if (known !== undefined) return known
  const made = new ListModel(hub)
  models.set(hub, made)
  return made
}

/** The list of the page's hub. */
export function useList(): ListModel {
  return listOf(useHub())
}

/** What the list shows now; rendered again when its order, its filter or what is picked changes, not when a record does. */
export function useListState(): ListState {
  return useStore(useList())
}
