/** Terminal sizes that are accepted, in cells; others are refused with `InvalidSize` (docs/protocol/rules.md, T-7). */
export const TERMINAL_SIZE = { minimum: 1, maximum: 1000 } as const
