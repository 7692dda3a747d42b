/** The fields of an input of any shape, as they are read; nothing is left out but what is shown already. */

/** A field of the input that is shown as it is. */
export interface AskedField {
  readonly name: string
  readonly text: string
}

/** An input with names. */
export type Fields = Readonly<Record<string, unknown>>

/** Whether a value has names. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** The list of that name; empty where it is none. */
export function listIn(fields: Fields, name: string): ReadonlyArray<unknown> {
  const value = fields[name]
  return Array.isArray(value) ? value : []
}

/** A value as it is read: a text as it is, anything else as JSON. */
export function written(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? String(value))
}

/** The fields of an input but for those whose very values are shown. */
export function leftOf(input: unknown, shown: ReadonlySet<string>): ReadonlyArray<AskedField> {
  if (!isFields(input)) return input === undefined || input === null ? [] : [{ name: "input", text: written(input) }]
  return Object.entries(input).flatMap(([name, value]) =>
    shown.has(name) || value === undefined ? [] : [{ name, text: written(value) }],
  )
}
