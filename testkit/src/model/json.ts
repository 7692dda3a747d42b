/** Reading of JSON that no one promised anything about. */

/** A member of an object; undefined when there is none. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined
  const found: unknown = Reflect.get(value, name)
  return found
}

/** A member of a member, and so on. */
export function path(value: unknown, ...names: ReadonlyArray<string>): unknown {
  return names.reduce(member, value)
}

/** The value when it is a list; otherwise an empty one. */
export function list(value: unknown): ReadonlyArray<unknown> {
  return Array.isArray(value) ? value : []
}

/** The value when it is text; otherwise "". */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : ""
}

/** Text of content that is text itself or a list of parts with text. */
export function contentText(content: unknown): string {
  return typeof content === "string"
    ? content
    : list(content)
        .map((part) => textOf(member(part, "text")))
        .join("\n")
}
