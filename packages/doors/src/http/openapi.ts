/**
 * The description of the API (docs/protocol/rules.md, H-11, H-26 to H-28): what the definition gives, with what a schema does not
 * say: who may call a route, what its parameters mean, numbers in a query as numbers, which errors it can give, examples.
 */
import * as Schema from "effect/Schema"
import * as OpenApi from "effect/http-api/OpenApi"
import { HoldfastApi } from "@holdfast/protocol/http"
import { ERROR_STATUS, HTTP_ONLY_STATUS } from "@holdfast/protocol/http-errors"
import { type OperationName, operationOf } from "@holdfast/protocol/operations"
import { type Definition, errorsOf } from "@holdfast/protocol/operations/operation"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { isDoorRoute, isSocketName, ROUTES, type Route } from "../guard/routes.ts"
import { describeDoorRoute } from "./openapi-doors.ts"
import { STREAM_SCHEMAS, STREAMS } from "./openapi-streams.ts"

type Operation = OpenApi.OpenAPISpecOperation
type Parameter = OpenApi.OpenAPISpecParameter
type Response = OpenApi.OpenApiSpecResponse

const TAGS: Readonly<Record<string, string>> = {
  sessions: "Creating, listing, changing and ending sessions",
  log: "A session's events: pages, streams, marks and exports",
  terminal: "Typing into terminals, their screens and viewers",
  viewers: "Who is attached",
  messages: "Messages to agents",
  queue: "Messages waiting in the queue",
  agents: "The configured agents",
  agent: "Turns and settings of one agent",
  tasks: "Background tasks of an agent",
  permissions: "Permission requests",
  rules: "Remembered answers",
  trust: "Trusted directories",
  imports: "Import of other programs' sessions",
  runners: "The processes that hold terminals and agents",
  webhooks: "Requests of this server to receivers, when something happens",
  push: "Devices that get notifications",
  announcements: "What the hub announces to everyone",
  tokens: "Credentials with limited rights",
  credential: "The owner's credential",
  links: "One-time links for browsers",
  health: "Health of the server",
  server: "Metrics and this description",
}

/** The path of a route as the description has it. */
export function specPath({ path }: Pick<Route, "path">): string {
  return path.replaceAll(/:(\w+)/g, "{$1}")
}

/** The description, created again. */
export function describeApi(version: string): OpenApi.OpenAPISpec {
  const spec = OpenApi.fromApi(HoldfastApi)
  spec.info = {
    title: "Holdfast",
    version,
    description: `Terminal and agent sessions that live on this server, each as an append-only log. Version ${PROTOCOL_VERSION} of the API.`,
    license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
  }
  spec.servers = [{ url: "/", description: "The hub that serves this description" }]
  spec.security = [{ bearer: [] }]
  spec.components.securitySchemes = {
    bearer: { type: "http", scheme: "bearer", description: "The owner's credential, a token, or a browser's key" },
  }
  Object.assign(spec.components.schemas, STREAM_SCHEMAS)
  spec.tags = spec.tags.map(({ name }) => ({ name, description: TAGS[name] ?? name }))
  for (const route of ROUTES) {
    const path = spec.paths[specPath(route)]
    const operation = path?.[route.method.toLowerCase() as OpenApi.OpenAPISpecMethodName]
    if (operation !== undefined && !isSocketName(route.name) && !isDoorRoute(route.name))
      describeOperation(operation, route, route.name)
  }
  const operations = Object.values(spec.paths).flatMap((path) => Object.values(path as Readonly<Record<string, Operation>>))
  for (const route of ROUTES) {
    if (!isDoorRoute(route.name)) continue
    const operation = describeDoorRoute(route.name, (id) => operations.find(({ operationId }) => operationId === id))
    spec.paths[specPath(route)] = { ...spec.paths[specPath(route)], [route.method.toLowerCase()]: operation }
  }
  const schemas = spec.components.schemas as Record<string, object>
  for (const path of Object.values(spec.paths))
    for (const operation of Object.values(path as Readonly<Record<string, Operation>>)) nameSchemas(operation, schemas)
  return spec
}

function describeOperation(operation: Operation, route: Route, name: OperationName): void {
  const definition = operationOf(name)
  const { needs } = route
  if (needs === "public") operation.security = name === "health.ready" ? [{}, { bearer: [] }] : []
  else {
    operation.security = [{ bearer: [] }]
    operation.description = `${operation.summary ?? ""}. Needs a credential with the scope ${SCOPES[needs]}.`
  }
  operation.parameters = operation.parameters.map((parameter) => described(parameter, definition))
  const { example } = definition
  for (const content of Object.values(operation.requestBody?.content ?? {}))
    if (content !== undefined && example !== undefined) Object.assign(content, { example })
  const given = errorsByStatus(definition)
  for (const [text, response] of Object.entries(operation.responses)) {
    const status = Number(text)
    const tags = given.get(status)
    if (status < 400 || (name === "health.ready" && status === 503)) describeSuccess(name, response, status)
    else if (tags === undefined) delete operation.responses[status]
    else Object.assign(response, { description: tags.join(", ") }, WAITS.has(status) ? { headers: RETRY_AFTER } : {})
  }
}

interface JsonSchema {
  readonly description?: string
  readonly examples?: ReadonlyArray<unknown>
}

/** A parameter with what its schema says of it, and with the numbers that a URL has as text. */
function described(parameter: Parameter, { query }: Definition): Parameter {
  const field = query?.fields[parameter.name]
  const said: JsonSchema = field === undefined ? parameter.schema : schemaOf(field)
  const { description = "", examples: [example] = [], ...schema } = said
  return { ...parameter, schema, description, ...(example === undefined ? {} : { example }) }
}

/** The JSON schema of a field, with what its annotation `shown` says beyond it. */
const schemaOf = (field: Schema.Constraint): JsonSchema => ({
  ...Schema.toJsonSchemaDocument(field).schema,
  ...(Schema.resolveAnnotations(field)?.["shown"] as JsonSchema | undefined),
})

const SCOPES = { read: "read, write or all", write: "write or all", all: "all" } as const

function describeSuccess(name: OperationName, response: Response, status: number): void {
  const stream = STREAMS[name]
  for (const content of Object.values(response.content ?? {})) {
    if (content === undefined) continue
    delete (content as { "x-effect-stream"?: unknown })["x-effect-stream"]
    if (stream !== undefined)
      Object.assign(content, { schema: { type: "string" }, example: stream.example, "x-events": stream.events })
  }
  if (stream !== undefined) response.description = stream.description
  if (operationOf(name).answer === "created") {
    response.description = status === 201 ? "The session that was created" : "The session that this key had created before"
    Object.assign(response, { headers: LOCATION })
  }
}

/** Gives what an operation takes and answers with names of its own where the schemas have none, so that clients have them too. */
function nameSchemas({ operationId, requestBody, responses }: Operation, schemas: Record<string, object>): void {
  const pascal = operationId.replace(/(?:^|\W)(\w)/g, (_, letter: string) => letter.toUpperCase())
  const answers = Object.entries(responses).flatMap(([status, { content }]) => (Number(status) < 400 ? [content] : []))
  const contents = [["Body", requestBody?.content] as const, ...answers.map((content) => ["Answer", content] as const)]
  for (const [suffix, content] of contents) {
    const media = content?.["application/json"]
    const schema = (media?.schema ?? {}) as { readonly type?: string; readonly properties?: object }
    if (media === undefined || schema.type !== "object" || schema.properties === undefined) continue
    schemas[`${pascal}${suffix}`] = schema
    Object.assign(media, { schema: { $ref: `#/components/schemas/${pascal}${suffix}` } })
  }
}

const STATUS: Readonly<Record<string, number>> = { ...ERROR_STATUS, ...HTTP_ONLY_STATUS }

/** What any request can be answered with: its form, who may come, its target, its headers, a fault of ours. */
const ALWAYS = ["BadRequest", "Forbidden", "TargetTooLong", "ExpectationFailed", "HeadersTooLarge", "InternalError"]

/** The tags of the errors that an operation can give, by their status. */
const errorsByStatus = (definition: Definition): ReadonlyMap<number, ReadonlyArray<string>> =>
  Map.groupBy(new Set([...errorsOf(definition), ...ALWAYS]), (tag) => STATUS[tag] ?? 500)

/** Statuses that name the seconds after which to try again. */
const WAITS = new Set([429, 503])
const RETRY_AFTER = {
  "Retry-After": { description: "Seconds to wait before the request is sent again, with its key", schema: { type: "integer" } },
}
const LOCATION = { Location: { description: "Path of the session", schema: { type: "string" } } }
