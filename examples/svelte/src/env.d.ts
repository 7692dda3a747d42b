/** The hub's fixed token, while `npm run dev` serves the page; a page of the hub's own has a key. */
declare const HOLDFAST_TOKEN: string | undefined

declare module "*.svelte" {
  import type { Component } from "svelte"
  const component: Component<Record<string, unknown>>
  export default component
}
