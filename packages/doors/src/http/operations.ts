/**
 * Handlers of the group `operations`: health, figures, the description and the first page (H-11, H-14).
 */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { HoldfastApi } from "@holdfast/protocol/http"
import { Hub } from "@holdfast/hub/Hub"
import { Administration } from "./Administration.ts"
import { json, jsonText } from "./answer.ts"
import { Exchange } from "./Exchange.ts"
import { describeApi } from "./openapi.ts"
import { docsPage, homePage } from "./pages.ts"

/** The texts of the description: the version does not change while the hub runs. */
const texts = (version: string) => {
  const spec = describeApi(version)
  return { openapi: JSON.stringify(spec), docs: docsPage(spec) }
}
let made: { readonly version: string; readonly texts: ReturnType<typeof texts> } | undefined
const described = Effect.map(Administration, ({ version }) => {
  if (made?.version !== version) made = { version, texts: texts(version) }
  return made.texts
})

/** The handlers. */
export const operationHandlers = HttpApiBuilder.group(HoldfastApi, "operations", (handlers) =>
  handlers
    .handle("live", () => Effect.map(Administration, ({ version }) => json({ live: true, version })))
    .handle("ready", () =>
      Effect.gen(function* () {
        const hub = yield* Hub
        const { principal } = yield* Exchange
        const { ready, store, runner, problems } = yield* hub.health
        // What is wrong in detail has paths and lines of logs in it: only who shows a credential is told.
        return json({ ready, store, runner, problems: principal === undefined ? [] : problems }, ready ? 200 : 503)
      }),
    )
    .handle("metrics", () =>
      Effect.map(
        Effect.flatMap(Administration, ({ metrics }) => metrics),
        (text) => HttpServerResponse.text(text, { contentType: "text/plain; version=0.0.4; charset=utf-8" }),
      ),
    )
    .handle("openapi", () => Effect.map(described, ({ openapi }) => jsonText(openapi)))
    .handle("docs", () => Effect.map(described, ({ docs }) => html(docs)))
    .handle("home", () => Effect.map(Administration, ({ version }) => html(homePage(version)))),
)

const html = (text: string) => HttpServerResponse.text(text, { contentType: "text/html; charset=utf-8" })
