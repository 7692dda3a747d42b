/** Which of the seven colours of code a scope has: the worker's theme says it by colours that are numbers. */

/** Scopes of each class, as in the custom properties `--code-1` to `--code-7`: comment, string, number, keyword, function, type, name. */
const SCOPES: ReadonlyArray<ReadonlyArray<string>> = [
  ["comment", "punctuation.definition.comment", "markup.quote"],
  [
    "string",
    "punctuation.definition.string",
    "markup.inserted",
    "markup.inline.raw",
    "constant.character.escape",
    "string.regexp",
  ],
  ["constant.numeric", "constant.language", "constant.character", "constant.other", "markup.changed", "keyword.other.unit"],
  [
    "keyword",
    "storage",
    "markup.heading",
    "meta.diff.header",
    "meta.diff.range",
    "markup.bold",
    "punctuation.definition.heading",
  ],
  ["entity.name.function", "support.function", "meta.function-call.generic", "markup.underline.link", "entity.name.command"],
  [
    "entity.name.type",
    "entity.name.class",
    "support.type",
    "support.class",
    "entity.other.inherited-class",
    "entity.name.tag",
    "markup.deleted",
  ],
  [
    "entity.other.attribute-name",
    "support.type.property-name",
    "meta.object-literal.key",
    "variable.other.property",
    "entity.name.section",
    "variable.parameter",
  ],
]

const PLAIN_SCOPES = ["keyword.operator", "punctuation", "meta.embedded", "storage.type.function.arrow"]

const color = (number: number): string => `#00000${number}`

/** Class of text without one. */
export const PLAIN = 0

/** A theme whose colours are the numbers of classes. */
export const THEME = {
  name: "v",
  type: "dark" as const,
  fg: color(8),
  bg: "#000000",
  settings: [
    { settings: { foreground: color(8), background: "#000000" } },
    { scope: PLAIN_SCOPES, settings: { foreground: color(8) } },
    ...SCOPES.map((scope, index) => ({ scope: [...scope], settings: { foreground: color(index + 1) } })),
  ],
}

/** The class that a colour of the theme stands for. */
export function classOf(colour: string | undefined): number {
  const number = Number.parseInt(colour?.slice(1) ?? "", 16)
  return number >= 1 && number <= 7 ? number : PLAIN
}
