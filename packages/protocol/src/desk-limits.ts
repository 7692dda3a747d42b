/** Limits of what a person keeps: longest draft and what is beside it, largest layout, in characters; how many of each (L-10). */
export const DESK_MAX = { draft: 100_000, data: 16_384, layout: 32_768, drafts: 500, layouts: 50 } as const
