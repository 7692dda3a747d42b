/**
 * `holdfast seen`, `unread`, `draft` and `trace`: up to where you have seen sessions, drafts, and when a session worked.
 */
import { type DeskApi, makeDeskApi } from "@holdfast/client/http/desk-api"
import type { DraftHead } from "@holdfast/protocol/desk"
import type { WholeTrace } from "@holdfast/protocol/trace"
import { standardInput } from "../agent/message-input.ts"
import { toFailure } from "../failure.ts"
import { outputWidth, paint, print, printEither, printJson } from "../output.ts"
import { httpOptions, useHub } from "../server/hub.ts"
import { wholeId } from "../sessions/whole-id.ts"
import { ago } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { table } from "../text/table.ts"

async function asked<A>(question: (api: DeskApi) => Promise<A>): Promise<A> {
  const { target } = useHub()
  try {
    return await question(makeDeskApi(httpOptions(target)))
  } catch (error) {
    throw toFailure(error, target.origin)
  }
}

/** Moves the marks of sessions forward to their ends, or back to before their news. */
export async function markSessions(names: ReadonlyArray<string>, unread: boolean, json: boolean): Promise<void> {
  const marks = []
  for (const name of names) {
    const session = await wholeId(name)
    marks.push(await asked((api) => api.see(session, unread ? { unread } : {})))
  }
  if (json) printJson(marks)
}

/** Prints the draft of the next message to a session, or keeps another; an empty text removes it. */
export async function draft(session: string, typed: string | undefined, json: boolean): Promise<void> {
  if (typed !== undefined) {
    const text = typed === "-" ? await standardInput() : typed
    const put = await asked((api) => api.putDraft(session, { text }))
    if (json) printJson(put)
    return
  }
  const found = await asked((api) => api.draft(session))
  printEither(json, found, () => (found.version === 0 ? [] : found.text.split("\n").map(printable)))
}

/** Lists the drafts with their beginnings. */
export async function drafts(json: boolean): Promise<void> {
  const { drafts: all } = await asked((api) => api.drafts())
  const width = outputWidth()
  printEither(json, all, () =>
    all.length === 0
      ? ["no drafts"]
      : table<DraftHead>(
          [
            { title: "SESSION", text: ({ session }) => session, style: () => "cyan" },
            { title: "CHANGED", text: ({ time }) => ago(time, Date.now()), side: "right" },
            { title: "TEXT", text: ({ text }) => printable(text), least: 10 },
          ],
          all,
          { paint, ...(width === undefined ? {} : { width }) },
        ),
  )
}

const LOOKS: Readonly<Record<string, string>> = { w: "▄", a: "?", f: "x", ".": "·" }

/** Widest trace without a terminal, in columns. */
const PIPE_WIDTH = 80

/** Prints when a session worked, waited and failed, from its beginning on, in one line. */
export async function trace(session: string, json: boolean): Promise<void> {
  const width = Math.max(8, Math.min(outputWidth() ?? PIPE_WIDTH, 512))
  const found = await asked((api) => api.trace(session, width))
  if (json) return printJson(found)
  print(...traceLines(found, Date.now()))
}

/** A trace as lines: people's messages above, what the session did below, and when that was. */
export function traceLines({ signs, messages, from, to }: WholeTrace, now: number): ReadonlyArray<string> {
  const people = new Set(messages)
  const above = Array.from(signs, (_, at) => (people.has(at) ? "|" : " ")).join("")
  return [
    ...(people.size === 0 ? [] : [above.trimEnd()]),
    Array.from(signs, (sign) => LOOKS[sign] ?? " ").join(""),
    `from ${ago(from, now)} to ${ago(to, now)}; ▄ works, ? waits for a person, x failed${people.size === 0 ? "" : ", | a person's message"}`,
  ]
}
