/** What a transport is made of, for what is bound to it, not for its users. */
import type { ChatBox } from "./ChatBox.ts"
import type { ChatFeeds } from "./ChatFeeds.ts"

/** The parts of transports. */
export const partsOf = new WeakMap<object, { readonly feeds: ChatFeeds; readonly box: ChatBox | undefined }>()
