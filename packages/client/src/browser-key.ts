/** The key of a browser that a one-time link signed in. */
import { KEY_ITEM } from "@holdfast/protocol/browser-key"

/**
 * The key that the page's origin keeps, to be given as `token` and to `browserSocket`; `undefined` when it is not signed in. `base`
 * is the path at which a proxy publishes the hub, such as `/holdfast`.
 */
export function browserKey(storage: { readonly getItem: (name: string) => string | null }, base = ""): string | undefined {
  return storage.getItem(KEY_ITEM + base) ?? undefined
}
