/**
 * Pages made on the server: no script, no request to anywhere else (check:S9).
 */
import type * as OpenApi from "effect/http-api/OpenApi"

/** Allows these pages their inline style and nothing else. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2024;background:#fff}
h1{font-size:1.5rem}h2{margin-top:2rem;font-size:1.1rem;text-transform:capitalize}
details{border:1px solid #d9d9e0;border-radius:6px;margin:.4rem 0;padding:.4rem .8rem}summary{cursor:pointer}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{overflow:auto;background:#f6f6f8;padding:.6rem;border-radius:4px}
.m{display:inline-block;min-width:4.5rem;font-weight:700}table{border-collapse:collapse}td{padding:.1rem .8rem .1rem 0;vertical-align:top}
@media(prefers-color-scheme:dark){body{background:#111;color:#eee}details{border-color:#333}pre{background:#1b1b1f}a{color:#8ab4ff}}`

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

/** A whole page, whose body is written as it is. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escape(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`
}

type Operation = OpenApi.OpenAPISpecOperation

/** The description of the API as a page to read. */
export function docsPage(spec: OpenApi.OpenAPISpec): string {
  const routes = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Readonly<Record<string, Operation>>).map(([method, operation]) => ({ path, method, operation })),
  )
  const groups = Map.groupBy(routes, ({ operation }) => operation.tags[0] ?? "")
  const body = [...groups].map(
    ([group, members]) => `<h2>${escape(group)}</h2>${members.map((route) => routeHtml(route, spec)).join("")}`,
  )
  return page(
    "Holdfast HTTP API",
    `<h1>Holdfast HTTP API</h1><p>Send <code>Authorization: Bearer …</code> with each request. Errors are <code>{"error": {"tag", "message", …}}</code>. The same as data: <a href="openapi.json">/openapi.json</a>.</p>${body.join("")}`,
  )
}

function routeHtml(
  { path, method, operation }: { path: string; method: string; operation: Operation },
  spec: OpenApi.OpenAPISpec,
): string {
  const parameters = operation.parameters.map(
    (parameter) =>
      `<tr><td><code>${escape(parameter.name)}</code></td><td>${escape(parameter.in)}</td><td>${parameter.required ? "required" : ""}</td><td>${escape(parameter.description ?? "")}</td></tr>`,
  )
  const schemas = Object.values(operation.requestBody?.content ?? {}).map((content) => schemaHtml("Body", content?.schema, spec))
  const answers = Object.entries(operation.responses).map(([status, response]) => {
    const types = Object.keys(response.content ?? {}).join(", ")
    const said = status.startsWith("2") ? types : response.description
    return `<tr><td><code>${escape(status)}</code></td><td>${escape(said)}</td></tr>`
  })
  const success = Object.entries(operation.responses)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([status, response]) =>
      Object.values(response.content ?? {}).map((content) => schemaHtml(`Answer ${status}`, content?.schema, spec)),
    )
  return `<details><summary><span class="m">${method.toUpperCase()}</span><code>${escape(path)}</code> ${escape(operation.summary ?? "")}</summary>
${parameters.length === 0 ? "" : `<p>Parameters</p><table>${parameters.join("")}</table>`}${schemas.join("")}${success.join("")}<p>Statuses</p><table>${answers.join("")}</table></details>`
}

function schemaHtml(title: string, schema: unknown, spec: OpenApi.OpenAPISpec): string {
  const target =
    typeof schema === "object" && schema !== null && "$ref" in schema && typeof schema.$ref === "string" ? schema.$ref : undefined
  const name = target?.slice(target.lastIndexOf("/") + 1)
  const shown = name === undefined ? schema : spec.components.schemas[name]
  return shown === undefined ? "" : `<p>${escape(title)}</p><pre>${escape(JSON.stringify(shown, null, 2))}</pre>`
}
