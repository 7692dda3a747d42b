/**
 * The HTTP contract as a definition, made from the table of operations: what `/openapi.json` describes and what parameters
 * are decoded with.
 *
 * The unstable HTTP API module of the effect library is used here and in the description only.
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import type * as Schema from "effect/Schema"
import { ErrorBodies } from "./http-errors.ts"
import { KeyHeader } from "./http-bodies.ts"
import { operationEntries, type OperationName } from "./operations.ts"
import { type Definition, type Route, splitRoute, takesKey } from "./operations/operation.ts"

/** An endpoint whose parts are known at run time only. */
export type Endpoint = HttpApiEndpoint.Top

/** The schemas of what a route answers with when it succeeds. */
function successOf({ answer, content, output, status }: Definition): ReadonlyArray<Schema.Constraint> {
  const [type] = content ?? []
  if (answer === "created") return [HttpApiSchema.status(201)(output as Schema.Top), output]
  if (content === undefined || type === undefined)
    return [status === undefined ? output : HttpApiSchema.status(status)(output as Schema.Top)]
  if (type.startsWith("text/") && answer !== "stream")
    return [HttpApiSchema.asText({ contentType: type })(output as Schema.String)]
  return [HttpApiSchema.StreamUint8Array({ contentType: content as [string, ...Array<string>] })]
}

function endpointOf(name: OperationName, definition: Definition, route: Route): Endpoint {
  const { method, path } = splitRoute(route)
  const make = HttpApiEndpoint.make(method)
  const endpoint = make(name.slice(name.indexOf(".") + 1), path, {
    ...(definition.params === undefined ? {} : { params: definition.params }),
    ...(definition.query === undefined ? {} : { query: definition.query }),
    ...(definition.body === undefined ? {} : { payload: definition.body }),
    ...(takesKey(definition) ? { headers: KeyHeader } : {}),
    success: successOf(definition) as ReadonlyArray<Schema.Top>,
    error: ErrorBodies,
  })
  return endpoint.annotate(OpenApi.Summary, definition.summary) as unknown as Endpoint
}

const groups = new Map<string, Array<Endpoint>>()
for (const [name, definition] of operationEntries) {
  if (definition.http === undefined) continue
  const endpoint = endpointOf(name, definition, definition.http)
  const subject = name.slice(0, name.indexOf("."))
  groups.set(subject, [...(groups.get(subject) ?? []), endpoint])
}

/** The group of endpoints about one subject. */
const groupOf = (subject: string, members: ReadonlyArray<Endpoint>): HttpApiGroup.Top =>
  HttpApiGroup.make(subject).add(...(members as [Endpoint, ...Array<Endpoint>])) as unknown as HttpApiGroup.Top

/** Every route of the HTTP door. */
export const HoldfastApi = HttpApi.make("Holdfast")
  .add(...([...groups].map(([subject, members]) => groupOf(subject, members)) as [HttpApiGroup.Top, ...Array<HttpApiGroup.Top>]))
  .annotate(OpenApi.Title, "Holdfast")
