/** Types from the schemas of the description, as a generator of clients makes them. */
import type { OpenAPISpec } from "effect/http-api/OpenApi"

type Schema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value)

const schemas = (value: unknown): ReadonlyArray<Schema> => (Array.isArray(value) ? value.filter(isSchema) : [])

/** The TypeScript type of a schema. Throws for a form that it does not know. */
export function typeOf(schema: unknown): string {
  if (schema === true || !isSchema(schema) || Object.keys(schema).every((key) => key === "description")) return "unknown"
  const reference = schema["$ref"]
  if (typeof reference === "string") return reference.replace("#/components/schemas/", "")
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" | ")
  if ("const" in schema) return JSON.stringify(schema["const"])
  const union = schemas(schema["anyOf"] ?? schema["oneOf"])
  if (union.length > 0) return union.map((one) => `(${typeOf(one)})`).join(" | ")
  if (schema["type"] === undefined && schemas(schema["allOf"]).length > 0)
    return schemas(schema["allOf"])
      .map((one) => `(${typeOf(one)})`)
      .join(" & ")
  switch (schema["type"]) {
    case "string":
    case "boolean":
    case "null":
      return schema["type"]
    case "number":
    case "integer":
      return "number"
    case "array":
      return `ReadonlyArray<${typeOf(schema["items"] ?? true)}>`
    case "object":
      return objectType(schema)
    default:
      throw new Error(`no type for ${JSON.stringify(schema).slice(0, 300)}`)
  }
}

function objectType(schema: Schema): string {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {}
  const required = Array.isArray(schema["required"]) ? schema["required"] : []
  const fields = Object.entries(properties).map(
    ([name, value]) => `readonly ${JSON.stringify(name)}${required.includes(name) ? "" : "?"}: ${typeOf(value)}`,
  )
  const rest = schema["additionalProperties"]
  if (isSchema(rest) || (rest === true && fields.length === 0)) {
    const record = `{ readonly [key: string]: ${typeOf(rest)} }`
    return fields.length === 0 ? record : `{ ${fields.join("; ")} } & { readonly [key: string]: unknown }`
  }
  return `{ ${fields.join("; ")} }`
}

/** A module with the types of all named schemas, and those of the queries by operation. */
export function typesModule(spec: OpenAPISpec): string {
  const named = Object.entries(spec.components.schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema)}`)
  const queries = Object.values(spec.paths)
    .flatMap((path) => Object.values(path))
    .map((operation) => {
      const { operationId, parameters } = operation as { operationId: string; parameters: OpenAPIParameters }
      const fields = parameters.flatMap((one) => (one.in === "query" ? [`readonly ${one.name}?: ${typeOf(one.schema)}`] : []))
      return `  "${operationId}": { ${fields.join("; ")} }`
    })
  return [...named, `export interface Queries {\n${queries.join("\n")}\n}`].join("\n")
}

type OpenAPIParameters = ReadonlyArray<{ readonly in: string; readonly name: string; readonly schema: unknown }>
