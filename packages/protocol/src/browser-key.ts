/** How a browser that a link signed in keeps its key and shows it (docs/protocol/rules.md, G-6, G-16). */

/**
 * Item of `localStorage`, which each origin has for itself, its port included. Below a path such as `/holdfast`, at which a proxy
 * publishes the hub, that path stands behind it (G-19).
 */
export const KEY_ITEM = "holdfast-key"

/** What stands before the key in a subprotocol that a WebSocket offers: a browser sets no headers there. */
export const KEY_PROTOCOL = "holdfast.key."
