/** Schemas as short text: `{session: string, after?: number}`, those with a name by it. */
import * as Schema from "effect/Schema"

/** Writes schemas, and gathers the named ones that they refer to. */
export class SchemaText {
  #named = new Map()

  /** A schema as text. */
  textOf(schema) {
    const { schema: root, definitions } = Schema.toJsonSchemaDocument(schema)
    for (const [name, definition] of Object.entries(definitions)) this.#named.set(name, definition)
    return text(root)
  }

  /** What each optional field stands for when it is left out, as Markdown, for those that say so. */
  defaultsOf(schema) {
    const { properties = {} } = Schema.toJsonSchemaDocument(schema).schema
    return Object.entries(properties).flatMap(([name, { allOf = [], ...field }]) => {
      // What is said of a field behind its last check stands there.
      const { default: value, description = "" } = Object.assign({}, field, ...allOf)
      const words = /^default: (.*)$|\(default: (.*)\)$/.exec(description)
      if (value !== undefined) return [`\`${name}\`: \`${JSON.stringify(value)}\``]
      return words === null ? [] : [`\`${name}\`: ${words[1] ?? words[2]}`]
    })
  }

  /** Names that were referred to, and those that these refer to. */
  get names() {
    return [...this.#named.keys()].sort()
  }

  /** Declarations of names. */
  blocks(names) {
    return names.map((name) => `type ${name} = ${text(this.#named.get(name))}`)
  }
}

const nameOf = ($ref) => $ref.slice($ref.lastIndexOf("/") + 1)

function text(schema) {
  const { $ref, enum: values, anyOf, oneOf, type, items, additionalProperties } = schema
  if ($ref !== undefined) return nameOf($ref)
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ")
  if (anyOf !== undefined || oneOf !== undefined) return [...new Set((anyOf ?? oneOf).map(text))].join(" | ")
  if (Array.isArray(type)) return type.join(" | ")
  if (type === "array") return items === undefined ? "any[]" : / /.test(text(items)) ? `(${text(items)})[]` : `${text(items)}[]`
  if (type === "object") {
    const fields = fieldsOf(schema)
    if (fields.length > 0) return `{${fields.join(", ")}}`
    if (additionalProperties === false) return "{}"
    return typeof additionalProperties === "object" ? `{[name]: ${text(additionalProperties)}}` : "object"
  }
  return type ?? "any"
}

const fieldsOf = ({ properties = {}, required = [] }) =>
  Object.entries(properties).map(([name, field]) => {
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name)
    return `${key}${required.includes(name) ? "" : "?"}: ${text(field)}${boundsOf(field)}`
  })

/** The bounds of a field that is no named type. */
function boundsOf({ type, enum: values, minimum, maximum, minLength, maxLength, maxItems }) {
  if (values !== undefined) return ""
  if (type === "string" && maxLength !== undefined) return ` (${minLength ?? 0}…${maxLength})`
  if (maxItems !== undefined) return ` (at most ${maxItems})`
  return minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` (${minimum}…${maximum})` : ""
}
