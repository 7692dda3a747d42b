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
import { STREAMS } from "./openapi-streams.ts"

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
  const given = statusesOf(name, definition)
  for (const [status, response] of Object.entries(operation.responses)) {
    if (Number(status) < 400 || (name === "health.ready" && status === "503")) describeSuccess(name, response)
    else if (given.has(Number(status))) response.description = tagsOf(Number(status)).join(", ")
    else delete operation.responses[Number(status)]
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

function describeSuccess(id: string, response: Response): void {
  const stream = STREAMS[id]
  for (const content of Object.values(response.content ?? {})) {
    if (content === undefined) continue
    delete (content as { "x-effect-stream"?: unknown })["x-effect-stream"]
    if (stream !== undefined) Object.assign(content, { schema: { type: "string" }, example: stream.example })
  }
  if (stream !== undefined) response.description = stream.description
}

const tagsOf = (status: number): ReadonlyArray<string> =>
  Object.entries({ ...ERROR_STATUS, ...HTTP_ONLY_STATUS }).flatMap(([tag, value]) => (value === status ? [tag] : []))

/** What any request can be answered with: its form, who may come, its target, its headers, a fault of ours. */
const ALWAYS = [400, 403, 414, 417, 431, 500]

/** The statuses of the errors that an operation can give. */
const statusesOf = (name: OperationName, definition: Definition): ReadonlySet<number> =>
  new Set([...ALWAYS, ...[...errorsOf(definition)].map((tag) => ERROR_STATUS[tag]), ...(name === "health.ready" ? [503] : [])])
