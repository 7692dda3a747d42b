/**
 * The description of the API (docs/PROTOCOL.md, H-11, H-26 to H-28): what the definition gives, with what a schema does not
 * say: who may call a route, what its parameters mean, numbers in a query as numbers, which errors it can give, examples.
 */
import * as OpenApi from "effect/http-api/OpenApi"
import { HoldfastApi } from "@holdfast/protocol/http"
import { ERROR_STATUS, HTTP_ONLY_STATUS } from "@holdfast/protocol/http-errors"
import { ROUTES, type Route } from "../guard/routes.ts"
import { EXAMPLES, STREAMS } from "./openapi-examples.ts"
import { describedParameter } from "./openapi-parameters.ts"

type Operation = OpenApi.OpenAPISpecOperation
type Response = OpenApi.OpenApiSpecResponse

const TAGS: Readonly<Record<string, string>> = {
  sessions: "Opening, listing, changing and ending sessions",
  log: "What happened in a session: pages, streams, marks, exports",
  terminal: "Typing into terminals and looking at them",
  messages: "Messages to agents, and the queue of those that wait",
  agents: "Turns, permission requests, trust, and which agents there are",
  hub: "Runners, tokens, the credential, links",
  operations: "Health, figures, this description",
}

/** The path of a route as the description has it. */
export const specPath = ({ path }: Pick<Route, "path">): string => path.replaceAll(/:(\w+)/g, "{$1}")

/** The description, made anew. */
export function describeApi(version: string): OpenApi.OpenAPISpec {
  const spec = OpenApi.fromApi(HoldfastApi)
  spec.info = {
    title: "Holdfast",
    version,
    description: "Sessions of terminals and agents that live on this server, as append-only logs.",
    license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
  }
  spec.servers = [{ url: "/", description: "The hub that gives this description" }]
  spec.security = [{ bearer: [] }]
  spec.components.securitySchemes = {
    bearer: { type: "http", scheme: "bearer", description: "The owner's credential, a token, or a browser's key" },
  }
  spec.tags = spec.tags.map(({ name }) => ({ name, description: TAGS[name] ?? name }))
  for (const route of ROUTES) {
    const path = spec.paths[specPath(route)]
    const operation = path?.[route.method.toLowerCase() as OpenApi.OpenAPISpecMethodName]
    if (operation !== undefined) describeOperation(operation, route)
  }
  return spec
}

function describeOperation(operation: Operation, route: Route): void {
  const id = operation.operationId
  if (route.needs === "public") operation.security = route.name === "ready" ? [{}, { bearer: [] }] : []
  else {
    operation.security = [{ bearer: [] }]
    operation.description = `${operation.summary ?? ""}. Needs a credential with the scope ${SCOPES[route.needs]}.`
  }
  operation.parameters = operation.parameters.map((parameter) => ({ ...parameter, ...describedParameter(id, parameter.name) }))
  const example = EXAMPLES[id]
  for (const content of Object.values(operation.requestBody?.content ?? {}))
    if (content !== undefined && example !== undefined) Object.assign(content, { example })
  const given = errorsOf(route, operation)
  for (const [status, response] of Object.entries(operation.responses)) {
    if (Number(status) < 400) describeSuccess(id, response)
    else if (given.has(Number(status))) response.description = tagsOf(Number(status)).join(", ")
    else delete operation.responses[Number(status)]
  }
}

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
/** Public routes that take a secret. */
const SECRET = new Set(["proof", "open"])
/** Routes that answer 409 although they change nothing: cursors, names, and what a session has not. */
const CONFLICTING = new Set(["events", "resolve", "screen", "export"])
/** Routes that may have made a session before. */
const MAKING = new Set(["create", "importClaude"])
/** Routes without an id that look one up. */
const NAMING = new Set(["resolve", "viewers"])

/** The statuses of the errors that a route can give. */
function errorsOf(route: Route, operation: Operation): ReadonlySet<number> {
  const statuses = new Set(ALWAYS)
  const add = (condition: boolean, ...more: ReadonlyArray<number>): void => {
    if (condition) for (const status of more) statuses.add(status)
  }
  const changes = route.method !== "GET" && route.method !== "HEAD"
  const filters = operation.parameters.some(({ name }) => name === "channel")
  add(route.needs !== "public" || SECRET.has(route.name), 401)
  add(route.needs !== "public" || route.name === "ready" || route.name === "open", 503)
  add(route.path.includes("/:") || NAMING.has(route.name), 404)
  add(changes || CONFLICTING.has(route.name), 409)
  add(MAKING.has(route.name), 410)
  add(operation.requestBody !== undefined, 413, 422)
  add(changes, 413, 429, 507)
  add(filters, 422)
  add(route.name === "open", 507)
  return statuses
}
