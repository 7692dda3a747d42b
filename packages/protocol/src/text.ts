/** Checks of text that names something (docs/protocol/rules.md, E-7, X-5). */
import * as Schema from "effect/Schema"

/** Text of a form, and what is said of text without it: in words for people, as the pattern itself says nothing to them. */
export function matching(pattern: RegExp, message: string): ReturnType<typeof Schema.isPattern> {
  return Schema.isPattern(pattern, { message })
}

/** No half of a surrogate pair: UTF-8 has none, so it would not be kept. */
export const wellFormed = matching(/^\P{Cs}*$/u, "text that names something has no lone surrogates")

/** At least one character that can be seen. */
export const visible = matching(
  /[^\s\p{C}\p{Default_Ignorable_Code_Point}]/u,
  "text that names something has at least one visible character",
)

/** No NUL, which ends a text where a system call takes it. */
export const withoutNul = matching(/^[^\0]*$/, "a path, a command and an argument have no NUL")

/** Whether a child can be given a variable of this name and value as they are. */
export function isVariable(name: string, value: string): boolean {
  return /^[^=\0\p{Cs}]+$/u.test(name) && /^[^\0\p{Cs}]*$/u.test(value)
}

/** Whether a text can name an option: it has no control characters and no lone surrogates. */
export function isName(name: string): boolean {
  return /^[^\p{Cc}\p{Cs}]+$/u.test(name)
}

/** No control characters. */
export const uncontrolled = matching(/^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u, "a name has no control characters")
