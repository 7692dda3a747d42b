/** Filters by metadata: `NAME=VALUE`, where no name has an equals sign. */

/** Name and value of each filter. */
export function metadataPairs(filters: ReadonlyArray<string>): ReadonlyArray<readonly [name: string, value: string]> {
  return filters.map((filter) => {
    const at = filter.indexOf("=")
    return [filter.slice(0, at), filter.slice(at + 1)]
  })
}
