/** The owner as whom credentials act. */

/** What the owner's credential, its successors and the fixed token have in common. No token's id is `owner`. */
export const OWNER = { name: "owner", scope: "all", holder: "owner" } as const

/** Id of the fixed token. */
export const FIXED = "fixed"
