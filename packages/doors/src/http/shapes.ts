/** What the outcome of an operation is over HTTP: JSON, but for a few that are files, texts and pages. */
import type { Created, Outcome, Performed, PerformedName } from "@holdfast/hub/Hub"
import type { OperationName } from "@holdfast/protocol/operations"
import { operationOf } from "@holdfast/protocol/operations"
import { eventPageText } from "../json/event-page-text.ts"
import type { Exchange } from "./Exchange.ts"
import { type HttpAnswer, json, jsonText, refusal, text } from "./answer.ts"
import { linkOverPage, signInPage } from "./sign-in-page.ts"

type Shapes = { readonly [N in PerformedName]?: (value: Outcome<N>) => HttpAnswer }

/** Those that are not JSON as they are. */
const SHAPES: Shapes = {
  "log.events": (page) => jsonText(eventPageText(page)),
  // What people sent is shown as an image, or is a download: never a page of the hub's origin.
  "messages.file": ({ bytes, mediaType }) => ({
    status: 200,
    type: mediaType ?? "application/octet-stream",
    body: bytes,
    headers: {
      "content-disposition": mediaType === undefined ? "attachment" : "inline",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "private, max-age=31536000, immutable",
    },
  }),
  "links.open": signInPage,
  "health.ready": (report) => json(report, report.ready ? 200 : 503),
  "server.metrics": (figures) => text(figures, "text/plain; version=0.0.4; charset=utf-8"),
  "server.openapi": (description) => jsonText(String(description)),
  "server.docs": (page) => text(page, HTML),
}

const HTML = "text/html; charset=utf-8"

/** The answer to an operation that has ended. */
export function answerOf(name: OperationName, performed: Performed<unknown>, { base, request }: Exchange): HttpAnswer {
  if (performed._tag === "Refused") {
    const isOver = name === "links.open" && performed.error._tag === "Unauthorized"
    const isPage = isOver && request.headers.accept?.includes("text/html") === true
    return isPage ? linkOverPage() : refusal(performed.error)
  }
  const { value } = performed
  // The value is what an operation of this name answers with.
  const shape = (SHAPES as Readonly<Record<string, ((value: unknown) => HttpAnswer) | undefined>>)[name]
  if (shape !== undefined) return shape(value)
  const { answer, status = 200 } = operationOf(name)
  if (answer === "session") return json((value as { readonly session: unknown }).session)
  if (answer !== "created") return json(value, status)
  const { session, created } = value as Created
  return json(session, created ? 201 : 200, { location: `${base}/api/sessions/${session.id}` })
}
